/*
 * The public interface of the kernels: which instruction sets this build holds, and how to run.
 * No allocation, no globals that change, no libc: any number of threads may call rope_run at once
 * on disjoint ranges of the same work.
 */
#ifndef ROPE_KERNELS_H
#define ROPE_KERNELS_H

#include "rope/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ROPE_half = 0, ROPE_interleaved = 1, ROPE_PAIRINGS = 2 };

/* Instruction sets, slowest first. A build holds those for which ROPE_HAS_<isa> is 1. */
enum {
  ROPE_ISA_scalar = 0,
  ROPE_ISA_wasm128 = 1,
  ROPE_ISA_neon = 2,
  ROPE_ISA_avx2 = 3,   /* AVX2 and F16C */
  ROPE_ISA_avx512 = 4, /* AVX-512 F, BW, VL, DQ and VNNI */
  ROPE_ISAS = 5
};

#if defined(__wasm_simd128__)
#define ROPE_HAS_wasm128 1
#else
#define ROPE_HAS_wasm128 0
#endif
#if defined(__aarch64__) || defined(_M_ARM64)
#define ROPE_HAS_neon 1
#else
#define ROPE_HAS_neon 0
#endif
#if defined(__x86_64__) || (defined(_M_X64) && !defined(_M_ARM64EC))
#define ROPE_HAS_avx2 1
#define ROPE_HAS_avx512 1
#else
#define ROPE_HAS_avx2 0
#define ROPE_HAS_avx512 0
#endif
/* The fallback; left out of WebAssembly, where SIMD is required and size counts. */
#define ROPE_HAS_scalar (!ROPE_HAS_wasm128)

/*
 * `count` rows of `pairs` pairs that share one row of cos and sin: heads of one token. Row r reads
 * x at source + r * source_row (elements) and y at source_partner from there.
 * Rows are safe in place: a row function reads a block of x and y before it writes either.
 */
typedef struct rope_rows {
  const void *source;
  void *target;
  const float *cos, *sin;
  ptrdiff_t count, pairs;
  ptrdiff_t source_row, target_row;
  ptrdiff_t source_partner, target_partner; /* from x to y */
  ptrdiff_t source_step, target_step;       /* from pair to pair; read by the generic rows only */
  ptrdiff_t ahead; /* prefetch the row this many elements further on; 0: data lie in cache */
  int32_t dtype;
  int32_t negate; /* 1 rotates back; read by interleaved rows (others get x and y swapped) */
  int32_t stream; /* 1: bypass the caches when storing */
} rope_rows;

typedef void rope_rows_function(const rope_rows *rows);

/*
 * A row of cos and sin as the product of two, in double: e^(i f (a + b)) = e^(i f a) * e^(i f b).
 * A decode step makes its one row this way. Each value is multiplied by `attention_factor` and
 * rounded once; the operations are those of @rope/core, in the same order.
 */
typedef struct rope_factors {
  const double *block_cos, *block_sin; /* of a = the first position of a block */
  const double *rest_cos, *rest_sin;   /* of b = how far into the block */
  double attention_factor;
} rope_factors;

typedef void rope_multiply_function(const rope_factors *factors, ptrdiff_t pairs, float *cos,
                                    float *sin);

/* Everything of one instruction set. `rows` of a name that the build lacks is null. */
typedef struct rope_kernels {
  const char *isa;
  rope_rows_function *rows[ROPE_PAIRINGS][ROPE_DTYPES];
  rope_rows_function *copy; /* copies `pairs` elements of each row */
  rope_multiply_function *multiply; /* makes a row of cos and sin */
  void (*fence)(void);      /* orders streaming stores before what follows; null if there are none */
} rope_kernels;

/* One line of kernels.def, for tests and benchmarks. */
typedef struct rope_kernel_entry {
  const char *name; /* rope_<pairing>_<dtype>_<isa> */
  int32_t pairing, dtype, isa;
  rope_rows_function *rows;
} rope_kernel_entry;

/* The kernels of an instruction set (ROPE_ISA_*), or null when this build does not hold them. */
const rope_kernels *rope_kernels_of(int32_t isa);

/* Every kernel of this build; returns how many. */
int32_t rope_kernel_entries(const rope_kernel_entry **entries);

/* Any strides, any pairing, any dtype, one element at a time: the same bits as every other row. */
void rope_generic_rows(const rope_rows *rows);

/* The units of work of a plan: batch * tokens. Unit u is token u % tokens of batch u / tokens. */
static inline int64_t rope_units(const rope_plan *plan) { return plan->batch * plan->tokens; }

/* Bytes that a plan writes, over all operands. */
int64_t rope_plan_bytes(const rope_plan *plan);

/* An operand of a program: its row function, and all that is the same in every call. */
typedef struct rope_walk {
  rope_rows_function *rows, *copy;
  rope_rows fixed;
  int64_t heads;
  rope_strides source, target;
  int64_t source_window, target_window; /* first element to give to the rows */
  int64_t abreast;                      /* heads per call of `rows` when data come from memory */
  int32_t token_major;                  /* 1: the heads of a token are neighbours */
  int32_t copies;                       /* 1: channels outside the window, if out of place */
} rope_walk;

/* A plan made ready for one instruction set and machine. Plain data: may be copied and shared. */
typedef struct rope_program {
  rope_plan plan;
  rope_walk walks[ROPE_MAX_OPERANDS];
  void (*fence)(void);
  int64_t tile;   /* tokens whose table rows are used for all heads before the next */
  int32_t cached; /* 1: all data of a call lie in cache */
  int32_t stream; /* 1: targets bypass the caches */
} rope_program;

/* Prepares a program, once per plan. `machine` may be null. Nothing is allocated. */
void rope_prepare(rope_program *program, const rope_kernels *kernels, const rope_plan *plan,
                  const rope_machine *machine);

/*
 * Rotates the units [begin, end): all heads of those tokens, all operands. views[i] belongs to
 * plan.operand[i]. Ranges that do not overlap may run at the same time. The result does not depend
 * on the instruction set, on the machine or on the split (NaN payloads and signs aside).
 */
void rope_run(const rope_program *program, const rope_view *views, const rope_rotation *rotation,
              int64_t begin, int64_t end);

#ifdef __cplusplus
}
#endif

#endif

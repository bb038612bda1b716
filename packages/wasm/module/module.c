/*
 * What a WebAssembly module offers to JavaScript: prepare a plan once, run it many times. All
 * addresses are byte offsets into the module's memory, which JavaScript provides and divides. The
 * module itself uses its data, its stack and what it is given.
 */
#include "rope/kernels.h"

#define EXPORT(name) __attribute__((export_name(name)))

/* Bytes of a program. It holds no address, so that its bytes may be moved and copied. */
EXPORT("programBytes") int32_t program_bytes(void) { return (int32_t)sizeof(rope_program); }

EXPORT("prepare")
void prepare(rope_program *program, const rope_plan *plan) {
  rope_prepare(program, rope_kernels_of(ROPE_ISA_wasm128), plan, 0);
}

/* Rotates the units [begin, end). What belongs to a second operand is ignored when there is none. */
EXPORT("run")
void run(const rope_program *program, const void *source_0, void *target_0, const void *source_1,
         void *target_1, const float *cos, const float *sin, int32_t batch_stride, int32_t begin,
         int32_t end) {
  const rope_view views[ROPE_MAX_OPERANDS] = {{source_0, target_0}, {source_1, target_1}};
  const rope_rotation rotation = {cos, sin, batch_stride};
  rope_run(program, views, &rotation, begin, end);
}

/* Makes a row of cos and sin as the product of two: see rope_factors. */
EXPORT("multiply")
void multiply(const double *rest_cos, const double *rest_sin, const double *block_cos,
              const double *block_sin, double attention_factor, int32_t pairs, float *cos,
              float *sin) {
  const rope_factors factors = {block_cos, block_sin, rest_cos, rest_sin, attention_factor};
  rope_kernels_of(ROPE_ISA_wasm128)->multiply(&factors, pairs, cos, sin);
}

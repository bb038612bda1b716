/*
 * A plan made ready: row functions chosen, reach of every operand known, threads decided. Immutable
 * after it is made, so any number of calls may use it at once.
 */
#ifndef ROPE_NATIVE_KERNEL_H
#define ROPE_NATIVE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "rope/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A thread is worth waking for this many bytes of data at least. */
#define KERNEL_BYTES_PER_THREAD ((int64_t)256 << 10)

/* The elements that a view touches, from its element [0, 0, 0, 0]; high is -1 if there are none. */
typedef struct kernel_span {
  int64_t low, high;
} kernel_span;

/* How a range is shared out. */
typedef struct kernel_split {
  int32_t threads; /* the calling one included */
  int64_t chunk;   /* units that a thread takes at a time */
} kernel_split;

typedef struct native_kernel {
  rope_program program;
  rope_multiply_function *multiply;
  kernel_span source[ROPE_MAX_OPERANDS], target[ROPE_MAX_OPERANDS];
  int64_t units, unit_bytes;
  int32_t most_threads; /* that any call may use, the calling one included */
  kernel_split split;   /* of a call over all units */
} native_kernel;

/* One call: where everything lies at this moment. */
typedef struct native_call {
  rope_view views[ROPE_MAX_OPERANDS];
  rope_rotation rotation;
} native_call;

/*
 * A kernel for a plan, or null: when the plan reaches outside its own head or beyond 2^53 elements,
 * or writes in place elsewhere than it reads (no plan of @rope/core does), or without memory.
 * `kernels` must be able to run here; `most_threads` is at least 1.
 */
native_kernel *kernel_create(const rope_plan *plan, const rope_kernels *kernels,
                             const rope_machine *machine, int32_t most_threads);
void kernel_free(native_kernel *kernel);

/* Floats that cos and sin must hold for a rotation of that batch stride; -1 when it is negative. */
int64_t kernel_table_length(const native_kernel *kernel, int64_t batch_stride);

/* Shares out `units` units of `unit_bytes` bytes each among at most `most_threads` threads. */
kernel_split kernel_split_of(int64_t units, int64_t unit_bytes, int32_t most_threads);

/* Rotates everything, or the units [begin, end), with the pool's help where that pays. */
void kernel_run(const native_kernel *kernel, const native_call *call);
void kernel_run_range(const native_kernel *kernel, const native_call *call, int64_t begin,
                      int64_t end);

/*
 * Has the pool's threads alone rotate everything, and calls done(context) on the last of them.
 * Kernel and call stay where they are until then. False, and nothing happens, when there are no
 * threads, nothing to rotate, or no memory.
 */
bool kernel_start(const native_kernel *kernel, const native_call *call, void (*done)(void *),
                  void *context);

#ifdef __cplusplus
}
#endif

#endif

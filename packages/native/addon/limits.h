/*
 * What the machine can do at best, for benchmarks: multiplying memory in place and copying it, with
 * the vectors and the threads of a rotation. Nothing else here uses it.
 */
#ifndef ROPE_NATIVE_LIMITS_H
#define ROPE_NATIVE_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One array of a limit; `source` is null for a scale. */
typedef struct limit_array {
  float *target;
  const float *source;
  int64_t length;
} limit_array;

enum { LIMIT_ARRAYS = 4 };

/* Arrays that are worked on as if they were one. */
typedef struct limit_work {
  limit_array arrays[LIMIT_ARRAYS];
  int32_t count, isa;
  float factor;
} limit_work;

/* target *= factor, or target = source, over all arrays, with up to `most_threads` threads. */
void limits_run(const limit_work *work, int32_t most_threads);

#ifdef __cplusplus
}
#endif

#endif

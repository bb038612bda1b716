/*
 * What the parts of the binding share: the state of one JavaScript environment, and how the
 * arguments of a call become addresses.
 */
#ifndef ROPE_NATIVE_BINDING_H
#define ROPE_NATIVE_BINDING_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>

#include "kernel.h"
#include "threads.h"

/* One environment: the main thread of a process, or one of its worker_threads. */
typedef struct environment {
  rope_machine machine;
  bool supported[ROPE_ISAS];
  napi_threadsafe_function finished; /* null until the first asynchronous call */
  thread_lock lock;
  thread_condition idle;
  int32_t jobs;    /* asynchronous calls that threads still work on; under the lock */
  int32_t pending; /* promises that are not settled; JavaScript's thread only */
} environment;

/*
 * The arguments of a call that say where everything lies, in this order:
 *   cos, sin, batchStride, then per operand: source, sourceOffset, target, targetOffset
 */
enum { CALL_ARGUMENTS = 3 + 4 * ROPE_MAX_OPERANDS };

/*
 * Reads them. Addresses and lengths are asked for anew in every call, so memory that was detached
 * or has shrunk is noticed: returns 0, or 1 + the number of the first argument that does not hold
 * what the kernel would touch. That typed arrays have elements of the right size is up to the
 * caller.
 */
int32_t binding_read_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                          native_call *call);

/*
 * Reads the factors of a moving row: rest cos, rest sin, block cos, block sin, attention factor.
 * The rests are at least one row and whole rows. Returns 0, or 1 + the number of the argument that
 * is wrong.
 */
enum { FACTOR_ARGUMENTS = 5 };
int32_t binding_read_factors(napi_env env, int64_t pairs, const napi_value *arguments,
                             rope_factors *factors, int64_t *rests);

/* The external that JavaScript holds for a kernel. */
native_kernel *binding_kernel(napi_env env, napi_value external);

/* A small integer as the result of a call. */
napi_value binding_number(napi_env env, int32_t value);

/* (kernel, keep, ...call): see binding-async.c. */
napi_value binding_start(napi_env env, napi_callback_info info);

/* (most threads, instruction set, factor, repeat, targets, sources): see limits.h. */
napi_value binding_run_limit(napi_env env, napi_callback_info info);

#endif

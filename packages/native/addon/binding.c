/*
 * The Node-API addon: plain C over version 8 of the interface, one binary for every Node since 20.
 * The calls that matter create no objects, throw nothing and allocate nothing; they return
 * undefined, or a number that says which argument is wrong.
 *
 * State lives in the environment, and the pool counts environments: any number of worker_threads
 * may load this addon, in any order, and end.
 */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "memory.h"
#include "pool.h"

/* Raised whenever what this file exports changes; src/addon.ts holds the same number. */
enum { INTERFACE_VERSION = 2 };

/* The plan as JavaScript writes it, word by word. */
_Static_assert(sizeof(rope_plan) == 4 * 4 + 25 * 8, "src/plan-words.ts writes this layout");

static environment *environment_of(napi_env env) {
  void *state = NULL;
  (void)napi_get_instance_data(env, &state);
  return state;
}

static void finalize_kernel(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  kernel_release(data);
}

static bool read_plan(napi_env env, napi_value bytes, rope_plan *plan) {
  size_t length = 0;
  void *data = NULL;
  if (napi_get_typedarray_info(env, bytes, NULL, &length, &data, NULL, NULL) != napi_ok) return false;
  if (length != sizeof *plan) return false;
  memcpy(plan, data, sizeof *plan);
  return true;
}

/* (plan bytes, instruction set, most threads): a kernel, or undefined. */
static napi_value compile(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], external = NULL;
  rope_plan plan;
  int32_t isa = -1, most_threads = 1;
  const environment *state = environment_of(env);
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  if (!read_plan(env, arguments[0], &plan)) return NULL;
  if (napi_get_value_int32(env, arguments[1], &isa) != napi_ok) return NULL;
  if (napi_get_value_int32(env, arguments[2], &most_threads) != napi_ok) return NULL;
  if (isa < 0 || isa >= ROPE_ISAS || !state->supported[isa]) return NULL;
  native_kernel *kernel = kernel_create(&plan, rope_kernels_of(isa), &state->machine, most_threads);
  if (kernel == NULL) return NULL;
  if (napi_create_external(env, kernel, finalize_kernel, NULL, &external) != napi_ok) {
    kernel_release(kernel);
  }
  return external;
}

/* (kernel): how many threads a call of it uses. */
static napi_value threads_of(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok) return NULL;
  const native_kernel *kernel = binding_kernel(env, argument);
  return kernel == NULL ? NULL : binding_number(env, kernel->split.threads);
}

/* (kernel, ...call) */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 1 + CALL_ARGUMENTS;
  napi_value arguments[1 + CALL_ARGUMENTS];
  native_call call;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  const native_kernel *kernel = binding_kernel(env, arguments[0]);
  if (kernel == NULL) return NULL;
  const int32_t wrong = binding_read_call(env, kernel, arguments + 1, &call);
  if (wrong != 0) return binding_number(env, wrong);
  kernel_run(kernel, &call);
  return NULL;
}

/* (kernel, begin, end, ...call): a range of units only. */
static napi_value run_range(napi_env env, napi_callback_info info) {
  size_t count = 3 + CALL_ARGUMENTS;
  napi_value arguments[3 + CALL_ARGUMENTS];
  native_call call;
  int64_t begin = 0, end = 0;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  const native_kernel *kernel = binding_kernel(env, arguments[0]);
  if (kernel == NULL) return NULL;
  if (napi_get_value_int64(env, arguments[1], &begin) != napi_ok) return NULL;
  if (napi_get_value_int64(env, arguments[2], &end) != napi_ok) return NULL;
  if (begin < 0 || begin > end || end > kernel->units) return NULL;
  const int32_t wrong = binding_read_call(env, kernel, arguments + 3, &call);
  if (wrong != 0) return binding_number(env, wrong);
  kernel_run_range(kernel, &call, begin, end);
  return NULL;
}

/* A call whose addresses are known: valid for as long as its typed arrays keep their lengths. */
typedef struct bound_call {
  native_kernel *kernel;
  native_call call;
  rope_factors factors; /* of a call whose row moves; its rests begin with that of 0 */
  int64_t rests;        /* 0: the row stays as it is */
} bound_call;

static void finalize_bound(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  bound_call *bound = data;
  kernel_release(bound->kernel);
  free(bound);
}

/* An external for run_bound and run_moving. */
static napi_value bound_external(napi_env env, native_kernel *kernel, const bound_call *call) {
  napi_value external = NULL;
  bound_call *bound = malloc(sizeof *bound);
  if (bound == NULL) return NULL;
  *bound = *call;
  bound->kernel = kernel;
  if (napi_create_external(env, bound, finalize_bound, NULL, &external) != napi_ok) {
    free(bound);
    return NULL;
  }
  kernel_retain(kernel);
  return external;
}

/* (kernel, ...call): an external for run_bound, or the number of the argument that is wrong. */
static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 1 + CALL_ARGUMENTS;
  napi_value arguments[1 + CALL_ARGUMENTS];
  bound_call bound = {0};
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  native_kernel *kernel = binding_kernel(env, arguments[0]);
  if (kernel == NULL) return NULL;
  const int32_t wrong = binding_read_call(env, kernel, arguments + 1, &bound.call);
  if (wrong != 0) return binding_number(env, wrong);
  return bound_external(env, kernel, &bound);
}

/*
 * (kernel, ...factors, ...call): an external for run_moving; undefined for more rows than one and
 * for factors that are too short.
 */
static napi_value bind_moving(napi_env env, napi_callback_info info) {
  size_t count = 1 + FACTOR_ARGUMENTS + CALL_ARGUMENTS;
  napi_value arguments[1 + FACTOR_ARGUMENTS + CALL_ARGUMENTS];
  bound_call bound = {0};
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  native_kernel *kernel = binding_kernel(env, arguments[0]);
  if (kernel == NULL) return NULL;
  const int64_t pairs = kernel->program.plan.pairs;
  const napi_value *factors = arguments + 1, *call = factors + FACTOR_ARGUMENTS;
  const int32_t wrong = binding_read_call(env, kernel, call, &bound.call);
  if (wrong != 0) return binding_number(env, wrong);
  if (pairs == 0 || kernel_table_length(kernel, bound.call.rotation.batch_stride) != pairs) return NULL;
  if (binding_read_factors(env, pairs, factors, &bound.factors, &bound.rests) != 0) return NULL;
  return bound_external(env, kernel, &bound);
}

/* (bound): the shortest way from JavaScript to a kernel. */
static napi_value run_bound(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void *data = NULL;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok) return NULL;
  if (napi_get_value_external(env, argument, &data) != napi_ok) return NULL;
  const bound_call *bound = data;
  kernel_run(bound->kernel, &bound->call);
  return NULL;
}

/* (bound, rest): makes the row of the block's position plus rest, then as run_bound. */
static napi_value run_moving(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  void *data = NULL;
  int32_t rest = -1;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  if (napi_get_value_external(env, arguments[0], &data) != napi_ok) return NULL;
  if (napi_get_value_int32(env, arguments[1], &rest) != napi_ok) return NULL;
  const bound_call *bound = data;
  if (rest < 0 || rest >= bound->rests) return binding_number(env, 1);
  const ptrdiff_t pairs = (ptrdiff_t)bound->kernel->program.plan.pairs;
  rope_factors factors = bound->factors;
  factors.rest_cos += rest * pairs;
  factors.rest_sin += rest * pairs;
  /* The rows are JavaScript's arrays; only rotations take them for constant. */
  bound->kernel->multiply(&factors, pairs, (float *)bound->call.rotation.cos,
                          (float *)bound->call.rotation.sin);
  kernel_run(bound->kernel, &bound->call);
  return NULL;
}

static void finalize_block(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  memory_release(data);
}

static void finalize_buffer(napi_env env, void *data, void *hint) {
  (void)env, (void)data;
  memory_release(hint);
}

/*
 * (bytes): [ArrayBuffer, external of its block], or undefined when there is no memory or this
 * runtime does not take foreign memory.
 */
static napi_value allocate(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, buffer, external, both;
  int64_t bytes = 0;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok) return NULL;
  if (napi_get_value_int64(env, argument, &bytes) != napi_ok || bytes <= 0) return NULL;
  memory_block *block = memory_allocate((size_t)bytes);
  if (block == NULL) return NULL;
  if (napi_create_external(env, block, finalize_block, NULL, &external) != napi_ok) {
    memory_release(block);
    return NULL;
  }
  memory_retain(block);
  if (napi_create_external_arraybuffer(env, memory_address(block), (size_t)bytes, finalize_buffer,
                                       block, &buffer) != napi_ok) {
    memory_release(block);
    return NULL;
  }
  if (napi_create_array_with_length(env, 2, &both) != napi_ok) return NULL;
  if (napi_set_element(env, both, 0, buffer) != napi_ok) return NULL;
  if (napi_set_element(env, both, 1, external) != napi_ok) return NULL;
  return both;
}

/* (): how many threads the pool has at this moment. */
static napi_value count_threads(napi_env env, napi_callback_info info) {
  (void)info;
  return binding_number(env, pool_threads());
}

static bool export_function(napi_env env, napi_value exports, const char *name,
                            napi_callback function) {
  napi_value value;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok &&
         napi_set_named_property(env, exports, name, value) == napi_ok;
}

static bool export_number(napi_env env, napi_value exports, const char *name, int64_t number) {
  napi_value value;
  return napi_create_int64(env, number, &value) == napi_ok &&
         napi_set_named_property(env, exports, name, value) == napi_ok;
}

/* instructionSets: what this binary holds, slowest first: [{ name, id, supported }]. */
static bool export_instruction_sets(napi_env env, napi_value exports, const environment *state) {
  napi_value list;
  uint32_t length = 0;
  if (napi_create_array(env, &list) != napi_ok) return false;
  for (int32_t isa = 0; isa < ROPE_ISAS; isa++) {
    const rope_kernels *kernels = rope_kernels_of(isa);
    napi_value entry, name, supported;
    if (kernels == NULL) continue;
    if (napi_create_object(env, &entry) != napi_ok ||
        napi_create_string_utf8(env, kernels->isa, NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_get_boolean(env, state->supported[isa], &supported) != napi_ok ||
        napi_set_named_property(env, entry, "name", name) != napi_ok ||
        napi_set_named_property(env, entry, "supported", supported) != napi_ok ||
        !export_number(env, entry, "id", isa) ||
        napi_set_element(env, list, length++, entry) != napi_ok) {
      return false;
    }
  }
  return napi_set_named_property(env, exports, "instructionSets", list) == napi_ok;
}

static void end_environment(void *unused) {
  (void)unused;
  pool_release();
}

static void finalize_environment(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  free(data);
}

static environment *begin_environment(napi_env env) {
  environment *state = calloc(1, sizeof *state);
  if (state == NULL) return NULL;
  const thread_lock lock = THREAD_LOCK_INIT;
  const thread_condition condition = THREAD_CONDITION_INIT;
  state->lock = lock;
  state->idle = condition;
  state->machine = machine_facts();
  for (int32_t isa = 0; isa < ROPE_ISAS; isa++) state->supported[isa] = machine_supports(isa);
  if (napi_set_instance_data(env, state, finalize_environment, NULL) != napi_ok) {
    free(state);
    return NULL;
  }
  pool_retain();
  if (napi_add_env_cleanup_hook(env, end_environment, NULL) != napi_ok) {
    pool_release();
    return NULL;
  }
  return state;
}

NAPI_MODULE_INIT() {
  const environment *state = begin_environment(env);
  if (state == NULL) return NULL;
  const bool complete = export_number(env, exports, "interfaceVersion", INTERFACE_VERSION) &&
                        export_number(env, exports, "coreCacheBytes", machine_core_cache()) &&
                        export_number(env, exports, "sharedCacheBytes", machine_shared_cache()) &&
                        export_number(env, exports, "streamBytes", state->machine.stream_bytes) &&
                        export_instruction_sets(env, exports, state) &&
                        export_function(env, exports, "compile", compile) &&
                        export_function(env, exports, "threadsOf", threads_of) &&
                        export_function(env, exports, "run", run) &&
                        export_function(env, exports, "runRange", run_range) &&
                        export_function(env, exports, "bind", bind) &&
                        export_function(env, exports, "runBound", run_bound) &&
                        export_function(env, exports, "bindMoving", bind_moving) &&
                        export_function(env, exports, "runMoving", run_moving) &&
                        export_function(env, exports, "start", binding_start) &&
                        export_function(env, exports, "allocate", allocate) &&
                        export_function(env, exports, "runLimit", binding_run_limit) &&
                        export_function(env, exports, "countThreads", count_threads);
  return complete ? exports : NULL;
}

/*
 * Calls that leave the event loop: the pool's threads do all of the work, the promise is resolved
 * back in JavaScript.
 *
 * Threads must never touch memory that JavaScript can take away. What lives in a SharedArrayBuffer
 * cannot be detached and does not shrink; a reference keeps it from being collected. Blocks of
 * `allocate` are counted. The tables, which may live anywhere, are copied. Other memory does not
 * come here: src/kernel.ts rotates it slice by slice.
 */
#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "memory.h"
#include "pool.h"

enum { MOST_BLOCKS = 2 * ROPE_MAX_OPERANDS };

typedef struct async_call {
  pool_job job;
  kernel_work work;
  native_kernel *kernel;
  native_call call;
  float *tables;
  memory_block *blocks[MOST_BLOCKS];
  int32_t block_count;
  environment *environment;
  napi_ref kept;
  napi_deferred deferred;
} async_call;

/* Everything but what belongs to JavaScript. */
static void free_call(async_call *async) {
  for (int32_t i = 0; i < async->block_count; i++) memory_release(async->blocks[i]);
  kernel_release(async->kernel);
  free(async->tables);
  free(async);
}

/* On the last of the pool's threads. */
static void hand_over(void *context) {
  kernel_work *work = context;
  async_call *async = (async_call *)((char *)work - offsetof(async_call, work));
  environment *state = async->environment;
  (void)napi_call_threadsafe_function(state->finished, async, napi_tsfn_nonblocking);
  /* `async` belongs to JavaScript's thread now. */
  thread_lock_take(&state->lock);
  state->jobs--;
  if (state->jobs == 0) thread_wake_all(&state->idle);
  thread_lock_leave(&state->lock);
}

/* The event loop stays alive for as long as a promise is pending. */
static void count_pending(napi_env env, environment *state, int32_t change) {
  state->pending += change;
  if (state->pending == 0) {
    (void)napi_unref_threadsafe_function(env, state->finished);
  } else {
    (void)napi_ref_threadsafe_function(env, state->finished);
  }
}

/* Back on JavaScript's thread; without an environment when that is ending. */
static void resolve(napi_env env, napi_value function, void *context, void *data) {
  (void)function, (void)context;
  async_call *async = data;
  if (env != NULL) {
    napi_value undefined = NULL;
    (void)napi_delete_reference(env, async->kept);
    (void)napi_get_undefined(env, &undefined);
    count_pending(env, async->environment, -1);
    (void)napi_resolve_deferred(env, async->deferred, undefined);
  }
  free_call(async);
}

/* The environment ends: its memory goes, so its calls must be over. */
static void wait_for_jobs(void *data) {
  environment *state = data;
  thread_lock_take(&state->lock);
  while (state->jobs > 0) thread_wait(&state->idle, &state->lock);
  thread_lock_leave(&state->lock);
}

/*
 * The way back into JavaScript, made once. Its hook is added after that of the function itself, and
 * hooks run in reverse: calls are over before the function closes.
 */
static bool open_way_back(napi_env env, environment *state) {
  napi_value name;
  if (state->finished != NULL) return true;
  if (napi_create_string_utf8(env, "@rope/native", NAPI_AUTO_LENGTH, &name) != napi_ok) return false;
  if (napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, resolve,
                                      &state->finished) != napi_ok) {
    return false;
  }
  (void)napi_unref_threadsafe_function(env, state->finished);
  return napi_add_env_cleanup_hook(env, wait_for_jobs, state) == napi_ok;
}

static bool copy_tables(async_call *async) {
  rope_rotation *rotation = &async->call.rotation;
  const int64_t length = kernel_table_length(async->kernel, rotation->batch_stride);
  const size_t count = (size_t)(length > 0 ? length : 0);
  async->tables = malloc((2 * count + 1) * sizeof(float));
  if (async->tables == NULL) return false;
  if (count > 0) {
    memcpy(async->tables, rotation->cos, count * sizeof(float));
    memcpy(async->tables + count, rotation->sin, count * sizeof(float));
  }
  rotation->cos = async->tables;
  rotation->sin = async->tables + count;
  return true;
}

/* `keep` holds the typed arrays of the call, which a reference to it keeps, and the blocks. */
static bool retain_blocks(napi_env env, napi_value keep, async_call *async) {
  uint32_t length = 0;
  if (napi_get_array_length(env, keep, &length) != napi_ok) return false;
  for (uint32_t i = 0; i < length; i++) {
    napi_value item;
    napi_valuetype type;
    void *block = NULL;
    if (napi_get_element(env, keep, i, &item) != napi_ok) return false;
    if (napi_typeof(env, item, &type) != napi_ok) return false;
    if (type != napi_external) continue;
    if (async->block_count == MOST_BLOCKS) return false;
    if (napi_get_value_external(env, item, &block) != napi_ok) return false;
    memory_retain(block);
    async->blocks[async->block_count++] = block;
  }
  return true;
}

/* Joins the pool's queue; false when that has no thread, or without memory. */
static bool enqueue(napi_env env, napi_value keep, async_call *async, napi_value *promise) {
  const native_kernel *kernel = async->kernel;
  environment *state = async->environment;
  /* The calling thread does not take part. */
  const kernel_split split =
      kernel_split_of(kernel->units, kernel->unit_bytes, kernel->most_threads - 1);
  const int32_t helpers = split.threads;
  if (pool_prepare(helpers) == 0 || !open_way_back(env, state)) return false;
  if (!copy_tables(async) || !retain_blocks(env, keep, async)) return false;
  if (napi_create_reference(env, keep, 1, &async->kept) != napi_ok) return false;
  if (napi_create_promise(env, &async->deferred, promise) != napi_ok) return false;
  count_pending(env, state, 1);
  async->work = (kernel_work){kernel, &async->call};
  async->job = (pool_job){.work = kernel_run_chunk,
                          .done = hand_over,
                          .context = &async->work,
                          .begin = 0,
                          .end = kernel->units,
                          .chunk = split.chunk};
  thread_lock_take(&state->lock);
  state->jobs++;
  thread_lock_leave(&state->lock);
  if (pool_start(&async->job, helpers)) return true;
  thread_lock_take(&state->lock);
  state->jobs--;
  thread_lock_leave(&state->lock);
  count_pending(env, state, -1);
  (void)napi_delete_reference(env, async->kept);
  return false;
}

/*
 * (kernel, keep, ...call): a promise, or the number of the argument that is wrong, or undefined
 * when this cannot be done by threads.
 */
napi_value binding_start(napi_env env, napi_callback_info info) {
  size_t count = 2 + CALL_ARGUMENTS;
  napi_value arguments[2 + CALL_ARGUMENTS], promise = NULL;
  native_call call;
  void *state = NULL;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  if (napi_get_instance_data(env, &state) != napi_ok) return NULL;
  native_kernel *kernel = binding_kernel(env, arguments[0]);
  if (kernel == NULL || kernel->units == 0) return NULL;
  const int32_t wrong = binding_read_call(env, kernel, arguments + 2, &call);
  if (wrong != 0) return binding_number(env, wrong);
  async_call *async = calloc(1, sizeof *async);
  if (async == NULL) return NULL;
  kernel_retain(kernel);
  async->kernel = kernel;
  async->call = call;
  async->environment = state;
  if (enqueue(env, arguments[1], async, &promise)) return promise;
  free_call(async);
  return NULL;
}

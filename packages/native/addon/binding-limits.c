/* Calls for benchmarks: what limits.h can do, for JavaScript. */
#include "binding.h"
#include "limits.h"

enum { BAD_ARGUMENTS = 1 };

static bool read_floats(napi_env env, napi_value arrays, uint32_t index, float **address,
                        int64_t *length) {
  size_t count = 0;
  void *data = NULL;
  napi_value array;
  if (napi_get_element(env, arrays, index, &array) != napi_ok) return false;
  if (napi_get_typedarray_info(env, array, NULL, &count, &data, NULL, NULL) != napi_ok) return false;
  *address = data;
  *length = (int64_t)count;
  return true;
}

/* Both lists; without sources the work is a scale. */
static bool read_arrays(napi_env env, napi_value targets, napi_value sources, limit_work *work) {
  uint32_t count = 0, source_count = 0;
  if (napi_get_array_length(env, targets, &count) != napi_ok || count > LIMIT_ARRAYS) return false;
  if (napi_get_array_length(env, sources, &source_count) != napi_ok) return false;
  if (source_count != 0 && source_count != count) return false;
  for (uint32_t i = 0; i < count; i++) {
    limit_array *array = &work->arrays[i];
    float *source = NULL;
    int64_t length = 0;
    if (!read_floats(env, targets, i, &array->target, &array->length)) return false;
    if (source_count == 0) continue;
    if (!read_floats(env, sources, i, &source, &length) || length < array->length) return false;
    array->source = source;
  }
  work->count = (int32_t)count;
  return true;
}

napi_value binding_run_limit(napi_env env, napi_callback_info info) {
  size_t count = 6;
  napi_value arguments[6];
  limit_work work = {0};
  int32_t most_threads = 1, repeat = 0;
  double factor = 1;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok ||
      napi_get_value_int32(env, arguments[0], &most_threads) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &work.isa) != napi_ok ||
      napi_get_value_double(env, arguments[2], &factor) != napi_ok ||
      napi_get_value_int32(env, arguments[3], &repeat) != napi_ok ||
      !read_arrays(env, arguments[4], arguments[5], &work)) {
    return binding_number(env, BAD_ARGUMENTS);
  }
  work.factor = (float)factor;
  for (int32_t i = 0; i < repeat; i++) limits_run(&work, most_threads);
  return NULL;
}

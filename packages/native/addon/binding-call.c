#include "binding.h"

native_kernel *binding_kernel(napi_env env, napi_value external) {
  void *kernel = NULL;
  (void)napi_get_value_external(env, external, &kernel);
  return kernel;
}

napi_value binding_number(napi_env env, int32_t value) {
  napi_value number = NULL;
  (void)napi_create_int32(env, value, &number);
  return number;
}

/* A whole number that JavaScript counts exactly; false for NaN, infinities and whatever is larger. */
static bool read_integer(napi_env env, napi_value value, int64_t *integer) {
  const double most = 9007199254740991.0;
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) return false;
  if (!(number >= -most && number <= most)) return false;
  *integer = (int64_t)number;
  return true;
}

/* The address of a view's element [0, 0, 0, 0]; false when the span does not lie in the array. */
static bool read_view(napi_env env, napi_value array, napi_value offset, kernel_span span,
                      int64_t element_bytes, void **address) {
  size_t length = 0;
  void *data = NULL;
  int64_t first = 0;
  /* Asking for the type would take most of the time of a small call. */
  if (napi_get_typedarray_info(env, array, NULL, &length, &data, NULL, NULL) != napi_ok) return false;
  if (!read_integer(env, offset, &first)) return false;
  *address = data;
  if (span.high < 0) return true; /* nothing will be touched */
  if (first + span.low < 0 || first + span.high >= (int64_t)length) return false;
  *address = (char *)data + first * element_bytes;
  return true;
}

static bool read_table(napi_env env, napi_value array, int64_t length, const float **address) {
  size_t present = 0;
  void *data = NULL;
  if (napi_get_typedarray_info(env, array, NULL, &present, &data, NULL, NULL) != napi_ok) return false;
  *address = data;
  return (int64_t)present >= length;
}

static int32_t read_operand(napi_env env, const native_kernel *kernel, int32_t index,
                            const napi_value *arguments, rope_view *view) {
  const rope_plan *plan = &kernel->program.plan;
  const int64_t size = rope_element_bytes(plan->dtype);
  void *source = NULL;
  if (!read_view(env, arguments[0], arguments[1], kernel->source[index], size, &source)) return 1;
  view->source = source;
  view->target = source;
  if (plan->in_place) return 0;
  if (!read_view(env, arguments[2], arguments[3], kernel->target[index], size, &view->target)) {
    return 3;
  }
  return 0;
}

int32_t binding_read_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                          native_call *call) {
  rope_rotation *rotation = &call->rotation;
  if (!read_integer(env, arguments[2], &rotation->batch_stride)) return 3;
  const int64_t length = kernel_table_length(kernel, rotation->batch_stride);
  if (length < 0) return 3;
  if (!read_table(env, arguments[0], length, &rotation->cos)) return 1;
  if (!read_table(env, arguments[1], length, &rotation->sin)) return 2;
  for (int32_t i = 0; i < kernel->program.plan.operands; i++) {
    const int32_t first = 3 + 4 * i;
    const int32_t wrong = read_operand(env, kernel, i, arguments + first, &call->views[i]);
    if (wrong != 0) return first + wrong;
  }
  return 0;
}

/* The address and the length of a Float64Array; the caller has seen to its type. */
static bool read_doubles(napi_env env, napi_value array, size_t *length, const double **address) {
  void *data = NULL;
  if (napi_get_typedarray_info(env, array, NULL, length, &data, NULL, NULL) != napi_ok) return false;
  *address = data;
  return true;
}

int32_t binding_read_factors(napi_env env, int64_t pairs, const napi_value *arguments,
                             rope_factors *factors, int64_t *rests) {
  const double **addresses[4] = {&factors->rest_cos, &factors->rest_sin, &factors->block_cos,
                                 &factors->block_sin};
  size_t lengths[4] = {0};
  for (int32_t i = 0; i < 4; i++) {
    if (!read_doubles(env, arguments[i], &lengths[i], addresses[i])) return 1 + i;
    if ((int64_t)lengths[i] < pairs) return 1 + i;
  }
  if (lengths[1] < lengths[0]) return 2;
  *rests = (int64_t)lengths[0] / pairs;
  if (napi_get_value_double(env, arguments[4], &factors->attention_factor) != napi_ok) return 5;
  return 0;
}

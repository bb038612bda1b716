#include "call.h"

namespace {

/* Adds a view; false when it begins before its array does. */
bool add_view(napi_env env, const native_kernel *kernel, const napi_value *arguments,
              const kernel_span &span, Part part, Layout *layout) {
  const int64_t size = rope_element_bytes(kernel->program.plan.dtype);
  int64_t offset = 0;
  if (!read_integer(env, arguments[part.argument + 1], -MOST_INTEGER, MOST_INTEGER, &offset)) {
    return false;
  }
  part.misaligned = static_cast<uint32_t>(size - 1);
  if (span.high >= 0) {
    part.origin = static_cast<size_t>(offset * size); /* huge if negative, as `end` is */
    part.end = static_cast<size_t>((offset + span.high + 1) * size);
  }
  layout->parts[layout->count++] = part;
  return span.high < 0 || offset + span.low >= 0;
}

int32_t read_layout(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                    Layout *layout) {
  constexpr size_t cos = offsetof(native_call, rotation.cos), sin = offsetof(native_call, rotation.sin);
  const rope_plan &plan = kernel->program.plan;
  int64_t &stride = layout->batch_stride;
  const bool is_integer =
      read_integer(env, arguments[BATCH_STRIDE], -MOST_INTEGER, MOST_INTEGER, &stride);
  const int64_t length = is_integer ? kernel_table_length(kernel, stride) : -1;
  if (length < 0) return 1 + BATCH_STRIDE;
  const size_t bytes = static_cast<size_t>(length) * sizeof(float);
  layout->parts[0] = {COS, sizeof(float) - 1, 0, bytes, cos, cos};
  layout->parts[1] = {SIN, sizeof(float) - 1, 0, bytes, sin, sin};
  layout->count = VIEW_PARTS;
  for (int32_t i = 0; i < plan.operands; i++) {
    const size_t view = offsetof(native_call, views) + static_cast<size_t>(i) * sizeof(rope_view);
    const size_t from = view + offsetof(rope_view, source), to = view + offsetof(rope_view, target);
    const Part source = {FIRST_VIEW + 4 * i, 0, 0, 0, from, plan.in_place ? to : from};
    const Part target = {source.argument + 2, 0, 0, 0, to, to};
    if (!add_view(env, kernel, arguments, kernel->source[i], source, layout)) {
      return 1 + source.argument;
    }
    if (!plan.in_place && !add_view(env, kernel, arguments, kernel->target[i], target, layout)) {
      return 1 + target.argument;
    }
  }
  return 0;
}

int32_t check_types(napi_env env, const native_kernel *kernel, const Layout &layout,
                    const napi_value *arguments) {
  const auto elements =
      kernel->program.plan.dtype == ROPE_f32 ? napi_float32_array : napi_uint16_array;
  for (int32_t i = 0; i < layout.count; i++) {
    const int32_t argument = layout.parts[i].argument;
    const auto wanted = argument < FIRST_VIEW ? napi_float32_array : elements;
    /* A kind of array that this Node-API has no number for leaves it as it is. */
    auto type = static_cast<napi_typedarray_type>(-1);
    if (napi_get_typedarray_info(env, arguments[argument], &type, nullptr, nullptr, nullptr,
                                 nullptr) != napi_ok ||
        type != wanted) {
      return 1 + argument;
    }
  }
  return 0;
}

}  // namespace

bool read_integer(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *integer) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) return false;
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most))) return false;
  *integer = static_cast<int64_t>(number);
  return static_cast<double>(*integer) == number;
}

bool read_memory(napi_env env, napi_value array, Memory *memory) {
  bool is_array = false;
  void *data = nullptr;
  /* Of what is no array, the second function would ask in vain, and end the process. */
  if (napi_is_typedarray(env, array, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_buffer_info(env, array, &data, &memory->bytes) != napi_ok) return false;
  memory->data = static_cast<char *>(data);
  return true;
}

int32_t read_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                  Layout *layout, native_call *call) {
  const int32_t wrong = read_layout(env, kernel, arguments, layout);
  if (wrong != 0) return wrong;
  auto find = [&](int32_t i, Memory *memory) {
    return read_memory(env, arguments[layout->parts[i].argument], memory);
  };
  return locate(*layout, 0, find, call);
}

int32_t check_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                   Layout *layout, native_call *call) {
  const int32_t wrong = read_call(env, kernel, arguments, layout, call);
  return wrong != 0 ? wrong : check_types(env, kernel, *layout, arguments);
}

#include "bound.h"

#include <cstring>

namespace {

enum { NO_SUCH_REST = 1, MEMORY_GONE = 2 };

bool find_memory(napi_env env, napi_value value, size_t offset, Memory *memory) {
  void *data = nullptr;
  size_t bytes = 0;
  if (napi_get_arraybuffer_info(env, value, &data, &bytes) != napi_ok) {
    return read_memory(env, value, memory);
  }
  if (bytes < offset) return false;
  *memory = {static_cast<char *>(data) + offset, bytes - offset};
  return true;
}

/* The rests of a decode row of that many doubles; 0 for what is none. */
int64_t rests_in(size_t doubles, int64_t pairs) {
  constexpr size_t header = sizeof(DecodeRow) / sizeof(double);
  if (pairs == 0 || doubles < header) return 0;
  const int64_t rows = static_cast<int64_t>(doubles - header) / pairs;
  return (rows - 1) / 2 - 1;
}

napi_value number(napi_env env, int32_t value) {
  napi_value made = nullptr;
  (void)napi_create_int32(env, value, &made);
  return made;
}

}  // namespace

void DecodeRow::make(rope_multiply_function *multiply, ptrdiff_t pairs, ptrdiff_t rest,
                     ptrdiff_t rests, rope_rotation *rotation) {
  float *row = reinterpret_cast<float *>(this + 1);
  rotation->cos = row;
  rotation->sin = row + pairs;
  if (made == static_cast<double>(rest + 1)) return;
  const double *block = reinterpret_cast<const double *>(row + 2 * pairs);
  const double *rest_cos = block + (2 + rest) * pairs;
  const rope_factors factors = {block, block + pairs, rest_cos, rest_cos + rests * pairs,
                                attention_factor};
  multiply(&factors, pairs, row, row + pairs);
  made = static_cast<double>(rest + 1);
}

/*
 * Raw, because node-addon-api's CallbackInfo takes 12 ns of the 330 of a decode step. Asking for
 * memory takes 7 per array, and is what makes the call safe.
 */
napi_value run_bound(napi_env env, napi_callback_info info) {
  constexpr int32_t before = 2;
  size_t count = before + MOST_PARTS;
  napi_value arguments[before + MOST_PARTS];
  void *handles = nullptr;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, &handles) != napi_ok) return nullptr;
  const Bound *bound = static_cast<Handles *>(handles)->find<Bound>(env, arguments[0]);
  if (bound == nullptr) return refuse(env, NO_BOUND);
  const native_kernel *kernel = bound->kernel->native;
  int64_t rest = 0;
  if (bound->row != nullptr && !read_integer(env, arguments[1], 0, bound->rests - 1, &rest)) {
    return number(env, NO_SUCH_REST);
  }
  const int32_t first = bound->row == nullptr ? 0 : VIEW_PARTS;
  auto find = [&](int32_t i, Memory *memory) {
    return find_memory(env, arguments[before + i - first], bound->buffer_offset[i], memory);
  };
  native_call call;
  if (locate(bound->layout, first, find, &call) != 0) return number(env, MEMORY_GONE);
  if (bound->row != nullptr) {
    static_cast<DecodeRow *>(bound->row->address())
        ->make(kernel->multiply, kernel->program.plan.pairs, rest, bound->rests, &call.rotation);
  }
  kernel_run(kernel, &call);
  return nullptr;
}

Napi::Value bind(const Napi::CallbackInfo &info, Handles &handles) {
  const Napi::Env env = info.Env();
  const Arguments<CALL_ARGUMENTS> call(info, 2);
  Kernel *kernel = handles.find<Kernel>(env, info[0]);
  if (kernel == nullptr) return refuse(env, NO_KERNEL);
  auto bound = std::make_shared<Bound>();
  bound->kernel = kernel->share<Kernel>();
  Layout &layout = bound->layout;
  native_call checked;
  const int32_t wrong = check_call(env, kernel->native, call.values, &layout, &checked);
  if (wrong != 0) return Napi::Number::New(env, wrong);
  for (int32_t i = 0; i < layout.count; i++) {
    const Napi::TypedArray array(env, call.values[layout.parts[i].argument]);
    bound->buffer_offset[i] = array.ByteOffset();
  }
  if (!info[1].IsUndefined()) {
    const int64_t pairs = kernel->native->program.plan.pairs;
    double *doubles = nullptr;
    size_t count = 0;
    if (!read_elements(info[1], napi_float64_array, &doubles, &count)) return refuse(env, NO_ROW);
    bound->row = Block::find(doubles);
    bound->rests = rests_in(count, pairs);
    const bool fits = bound->row != nullptr && bound->row->address() == doubles &&
                      bound->rests > 0 &&
                      kernel_table_length(kernel->native, layout.batch_stride) == pairs;
    if (!fits) return env.Undefined();
  }
  return handles.hand_out(env, std::move(bound));
}

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

/* True for rows of a kernel that rotates with one row. */
bool fits(const Rows &rows, const native_kernel *kernel, const Layout &layout) {
  const int64_t pairs = kernel->program.plan.pairs;
  return pairs > 0 && static_cast<int64_t>(rows.pairs()) == pairs &&
         kernel_table_length(kernel, layout.batch_stride) == pairs;
}

napi_value number(napi_env env, int32_t value) {
  napi_value made = nullptr;
  (void)napi_create_int32(env, value, &made);
  return made;
}

}  // namespace

std::shared_ptr<Rows> Rows::create(const double *rest_cos, const double *rest_sin, size_t rests,
                                   size_t pairs, double attention_factor) {
  const size_t row = pairs * (2 * sizeof(float)), count = rests * pairs;
  std::shared_ptr<Rows> rows(new (std::nothrow) Rows);
  if (rows == nullptr) return nullptr;
  rows->block_ = Block::allocate(row + 2 * (pairs + count) * sizeof(double));
  if (rows->block_ == nullptr) return nullptr;
  double *block = reinterpret_cast<double *>(static_cast<char *>(rows->block_->address()) + row);
  double *rest = block + 2 * pairs;
  std::memcpy(rest, rest_cos, count * sizeof(double));
  std::memcpy(rest + count, rest_sin, count * sizeof(double));
  rows->factors_ = {block, block + pairs, rest, rest + count, attention_factor};
  rows->block_cos_ = block;
  rows->pairs_ = pairs;
  rows->rests_ = rests;
  return rows;
}

void Rows::set_block(const double *cos, const double *sin) {
  std::memcpy(block_cos_, cos, pairs_ * sizeof(double));
  std::memcpy(block_cos_ + pairs_, sin, pairs_ * sizeof(double));
  made_ = NONE;
}

void Rows::make(rope_multiply_function *multiply, size_t rest) {
  if (rest == made_) return;
  rope_factors factors = factors_;
  factors.rest_cos += rest * pairs_;
  factors.rest_sin += rest * pairs_;
  float *row = static_cast<float *>(block_->address());
  multiply(&factors, static_cast<ptrdiff_t>(pairs_), row, row + pairs_);
  made_ = rest;
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
  Rows *rows = bound->rows.get();
  double rest = 0;
  if (rows != nullptr) {
    const bool is_number = napi_get_value_double(env, arguments[1], &rest) == napi_ok;
    const bool is_row = rest >= 0 && rest < static_cast<double>(rows->rests());
    if (!is_number || !is_row || rest != static_cast<double>(static_cast<int64_t>(rest))) {
      return number(env, NO_SUCH_REST);
    }
  }
  const int32_t first = rows == nullptr ? 0 : VIEW_PARTS;
  auto find = [&](int32_t i, Memory *memory) {
    return find_memory(env, arguments[before + i - first], bound->buffer_offset[i], memory);
  };
  native_call call;
  if (locate(bound->layout, first, find, &call) != 0) return number(env, MEMORY_GONE);
  if (rows != nullptr) {
    rows->make(kernel->multiply, static_cast<size_t>(rest));
    call.rotation.cos = rows->cos();
    call.rotation.sin = rows->sin();
  }
  kernel_run(kernel, &call);
  return nullptr;
}

Napi::Value bind(const Napi::CallbackInfo &info, Handles &handles) {
  const Napi::Env env = info.Env();
  const Arguments<CALL_ARGUMENTS> call(info, 2);
  Kernel *kernel = handles.find<Kernel>(env, info[0]);
  Rows *rows = handles.find<Rows>(env, info[1]);
  if (kernel == nullptr) return refuse(env, NO_KERNEL);
  if (rows == nullptr && !info[1].IsUndefined()) return refuse(env, NO_ROWS);
  auto bound = std::make_shared<Bound>();
  Layout &layout = bound->layout;
  native_call checked;
  const int32_t wrong = check_call(env, kernel->native, call.values, &layout, &checked);
  if (wrong != 0) return Napi::Number::New(env, wrong);
  if (rows != nullptr && !fits(*rows, kernel->native, layout)) return env.Undefined();
  for (int32_t i = 0; i < layout.count; i++) {
    const Napi::TypedArray array(env, call.values[layout.parts[i].argument]);
    bound->buffer_offset[i] = array.ByteOffset();
  }
  bound->kernel = kernel->share<Kernel>();
  if (rows != nullptr) bound->rows = rows->share<Rows>();
  return handles.hand_out(env, std::move(bound));
}

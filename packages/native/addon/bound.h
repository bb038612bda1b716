/*
 * Calls whose layout is known beforehand: the shortest way from JavaScript to a kernel. A bound
 * call keeps no address. Whoever makes it hands over the memory, whose address and length are asked
 * for there and then, so that a call never touches what has been detached, has shrunk or has moved.
 */
#ifndef ROPE_NATIVE_BOUND_H
#define ROPE_NATIVE_BOUND_H

#include <memory>

#include "call.h"
#include "handle.h"
#include "memory.h"

class Kernel : public Handle {
 public:
  static constexpr Kind KIND = Kind::kernel;
  explicit Kernel(native_kernel *made) : Handle(KIND), native(made) {}
  ~Kernel() override { kernel_free(native); }
  Kernel(const Kernel &) = delete;

  native_kernel *const native;
};

/*
 * Copies of the factors of a decode row, and the row that was made of them last. All bound calls of
 * a rope share them: the layers of a model rotate at one position with a row that is made once.
 */
class Rows : public Handle {
 public:
  static constexpr Kind KIND = Kind::rows;

  /* Null without memory. */
  static std::shared_ptr<Rows> create(const double *rest_cos, const double *rest_sin, size_t rests,
                                      size_t pairs, double attention_factor);
  void set_block(const double *cos, const double *sin);
  /* Makes the row of the block's position plus `rest`, unless it is there. */
  void make(rope_multiply_function *multiply, size_t rest);

  size_t pairs() const { return pairs_; }
  size_t rests() const { return rests_; }
  const float *cos() const { return static_cast<const float *>(block_->address()); }
  const float *sin() const { return cos() + pairs_; }

 private:
  static constexpr size_t NONE = SIZE_MAX;
  Rows() : Handle(KIND) {}

  std::shared_ptr<Block> block_; /* cos and sin of the row, the block's, the rests' */
  rope_factors factors_ = {};
  double *block_cos_ = nullptr;
  size_t pairs_ = 0, rests_ = 0, made_ = NONE;
};

class Bound : public Handle {
 public:
  static constexpr Kind KIND = Kind::bound;
  Bound() : Handle(KIND) {}

  std::shared_ptr<Kernel> kernel;
  std::shared_ptr<Rows> rows; /* null: cos and sin are handed over as well */
  Layout layout = {};
  size_t buffer_offset[MOST_PARTS] = {}; /* of each array, in bytes */
};

/*
 * (kernel, rows or undefined, ...call): a handle for run_bound, the number of the argument that is
 * wrong, or undefined where these rows do not fit.
 */
Napi::Value bind(const Napi::CallbackInfo &info, Handles &handles);

/*
 * (bound, rest, ...memory), with rows q's and k's, else cos and sin before them, out of place each
 * target behind its source. Memory is an ArrayBuffer, or the typed array itself where Node-API
 * cannot measure the buffer (SharedArrayBuffer) or there is more to know (one that is resizable).
 * Undefined when all went well, 1 when there is no such rest, 2 when memory is gone. `data` of the
 * function is its Handles.
 */
napi_value run_bound(napi_env env, napi_callback_info info);

#endif

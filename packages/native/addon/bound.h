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
 * A decode row and what it is made of, in memory of `allocate` that JavaScript fills (src/rows.ts).
 * In doubles: this, the row's floats, then cos and sin of the block's row, of all rests. All bound
 * calls of a rope share one: the layers of a model rotate at one position with a row made once.
 */
struct DecodeRow {
  double attention_factor;
  double made; /* 1 + the rest whose row this is, 0 for none: whoever writes a block sets that */
  double unused[6];

  /* Makes the row of the block's position plus `rest`, unless it is there, and rotates with it. */
  void make(rope_multiply_function *multiply, ptrdiff_t pairs, ptrdiff_t rest, ptrdiff_t rests,
            rope_rotation *rotation);
};

class Bound : public Handle {
 public:
  static constexpr Kind KIND = Kind::bound;
  Bound() : Handle(KIND) {}

  std::shared_ptr<Kernel> kernel;
  std::shared_ptr<Block> row; /* a DecodeRow; null: cos and sin are handed over as well */
  int64_t rests = 0;          /* that it has */
  Layout layout = {};
  size_t buffer_offset[MOST_PARTS] = {}; /* of each array, in bytes */
};

/*
 * (kernel, decode row or undefined, ...call): a handle for run_bound, the number of the argument that
 * is wrong, or undefined where that is no row of this kernel in memory of `allocate`.
 */
Napi::Value bind(const Napi::CallbackInfo &info, Handles &handles);

/*
 * (bound, rest, ...memory), with a decode row q's and k's, else cos and sin before them, out of place each
 * target behind its source. Memory is an ArrayBuffer, or the typed array itself where Node-API
 * cannot measure the buffer (SharedArrayBuffer) or there is more to know (one that is resizable).
 * Undefined when all went well, 1 when there is no such rest, 2 when memory is gone. `data` of the
 * function is its Handles.
 */
napi_value run_bound(napi_env env, napi_callback_info info);

#endif

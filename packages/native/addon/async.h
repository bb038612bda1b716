/*
 * Calls that leave the event loop: the pool's threads do all of the work, the promise is resolved
 * back in JavaScript.
 *
 * Threads must never touch memory that JavaScript can take away. What lives in a SharedArrayBuffer
 * cannot be detached and does not shrink; a reference keeps it from being collected. Blocks of
 * `allocate` are counted. The tables, which may live anywhere, are copied. Other memory is refused
 * here: src/kernel.ts rotates it slice by slice.
 */
#ifndef ROPE_NATIVE_ASYNC_H
#define ROPE_NATIVE_ASYNC_H

#include <napi.h>

#include <condition_variable>
#include <mutex>

#include "bound.h"

struct AsyncCall;

/* The asynchronous calls of one environment. */
class AsyncCalls {
 public:
  /*
   * (kernel, ...call): a promise, or the number of the argument that is wrong, or undefined when
   * this cannot be done by threads.
   */
  Napi::Value start(const Napi::CallbackInfo &info, const Handles &handles);

 private:
  static void hand_over(void *context);
  static void settle(Napi::Env env, Napi::Function, AsyncCalls *calls, AsyncCall *call);
  using WayBack = Napi::TypedThreadSafeFunction<AsyncCalls, AsyncCall, settle>;

  bool open_way_back(Napi::Env env);
  void count_pending(Napi::Env env, int32_t change);
  void add_job(int32_t change);
  void wait();

  WayBack way_back_;
  bool is_open_ = false;
  int32_t pending_ = 0; /* promises that are not settled; JavaScript's thread only */
  std::mutex lock_;
  std::condition_variable idle_;
  int32_t jobs_ = 0; /* calls that threads still work on; under the lock */
};

#endif

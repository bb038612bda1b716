#include "async.h"

#include <cstring>
#include <optional>
#include <vector>

#include "memory.h"

struct AsyncCall {
  AsyncCalls *calls;
  std::shared_ptr<Kernel> kernel;
  native_call call;
  std::unique_ptr<float[]> tables;
  std::vector<std::shared_ptr<Block>> blocks;
  std::vector<Napi::ObjectReference> buffers; /* those that are shared */
  std::optional<Napi::Promise::Deferred> deferred;

  bool copy_tables();
  bool keep_memory(Napi::Env env, const Layout &layout, const napi_value *arguments);
};

bool AsyncCall::copy_tables() {
  rope_rotation &rotation = call.rotation;
  const int64_t length = kernel_table_length(kernel->native, rotation.batch_stride);
  const size_t count = static_cast<size_t>(length);
  tables.reset(new (std::nothrow) float[2 * count + 1]);
  if (tables == nullptr) return false;
  if (count > 0) {
    std::memcpy(tables.get(), rotation.cos, count * sizeof(float));
    std::memcpy(tables.get() + count, rotation.sin, count * sizeof(float));
  }
  rotation.cos = tables.get();
  rotation.sin = tables.get() + count;
  return true;
}

/* False when some of the memory can be taken away. */
bool AsyncCall::keep_memory(Napi::Env env, const Layout &layout, const napi_value *arguments) {
  for (int32_t i = VIEW_PARTS; i < layout.count; i++) {
    const Napi::TypedArray array(env, arguments[layout.parts[i].argument]);
    const Napi::Value buffer = array.ArrayBuffer();
    if (buffer.IsArrayBuffer()) {
      blocks.push_back(Block::find(array.As<Napi::Uint8Array>().Data()));
      if (blocks.back() == nullptr) return false;
    } else {
      buffers.push_back(Napi::Persistent(buffer.As<Napi::Object>()));
      if (buffers.back().IsEmpty()) return false;
    }
  }
  return true;
}

/* On the last of the pool's threads. */
void AsyncCalls::hand_over(void *context) {
  AsyncCall *call = static_cast<AsyncCall *>(context);
  AsyncCalls *calls = call->calls;
  (void)calls->way_back_.NonBlockingCall(call);
  /* The call belongs to JavaScript's thread now. */
  calls->add_job(-1);
}

void AsyncCalls::add_job(int32_t change) {
  const std::lock_guard<std::mutex> guard(lock_);
  jobs_ += change;
  if (jobs_ == 0) idle_.notify_all();
}

/* The environment ends: its memory goes, so its calls must be over. */
void AsyncCalls::wait() {
  std::unique_lock<std::mutex> guard(lock_);
  idle_.wait(guard, [this] { return jobs_ == 0; });
}

/* The event loop stays alive for as long as a promise is pending. */
void AsyncCalls::count_pending(Napi::Env env, int32_t change) {
  pending_ += change;
  if (pending_ == 0) {
    (void)way_back_.Unref(env);
  } else {
    (void)way_back_.Ref(env);
  }
}

/* Back on JavaScript's thread; without an environment when that is ending. */
void AsyncCalls::settle(Napi::Env env, Napi::Function, AsyncCalls *calls, AsyncCall *settled) {
  const std::unique_ptr<AsyncCall> call(settled);
  if (static_cast<napi_env>(env) == nullptr) {
    for (auto &buffer : call->buffers) buffer.SuppressDestruct();
    return;
  }
  calls->count_pending(env, -1);
  call->deferred->Resolve(env.Undefined());
}

/*
 * The way back into JavaScript, made once. Its hook is added after that of the function itself, and
 * hooks run in reverse: calls are over before the function closes.
 */
bool AsyncCalls::open_way_back(Napi::Env env) {
  if (is_open_) return true;
  way_back_ = WayBack::New(env, "@rope/native", 0, 1, this);
  if (env.IsExceptionPending()) return false;
  (void)way_back_.Unref(env);
  env.AddCleanupHook([this] { wait(); });
  is_open_ = true;
  return true;
}

Napi::Value AsyncCalls::start(const Napi::CallbackInfo &info, const Handles &handles) {
  const Napi::Env env = info.Env();
  const Arguments<CALL_ARGUMENTS> arguments(info, 1);
  Kernel *kernel = handles.find<Kernel>(env, info[0]);
  if (kernel == nullptr) return refuse(env, NO_KERNEL);
  if (kernel->native->units == 0 || kernel->native->most_threads == 1) return env.Undefined();
  auto call = std::make_unique<AsyncCall>();
  call->calls = this;
  call->kernel = kernel->share<Kernel>();
  Layout layout;
  const int32_t wrong =
      check_call(env, kernel->native, arguments.values, &layout, &call->call);
  if (wrong != 0) return Napi::Number::New(env, wrong);
  if (!call->keep_memory(env, layout, arguments.values) || !call->copy_tables() || !open_way_back(env)) {
    return env.Undefined();
  }
  call->deferred.emplace(env);
  const Napi::Value promise = call->deferred->Promise();
  if (promise.IsEmpty()) return promise; /* a worker that is being terminated */
  count_pending(env, 1);
  add_job(1);
  if (kernel_start(kernel->native, &call->call, hand_over, call.get())) {
    (void)call.release();
    return promise;
  }
  add_job(-1);
  count_pending(env, -1);
  call->deferred->Resolve(env.Undefined()); /* nobody has seen it */
  return env.Undefined();
}

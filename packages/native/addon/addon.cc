#include "addon.h"

#include <cstring>

#include "bound.h"
#include "call.h"
#include "limits.h"
#include "machine.h"
#include "memory.h"
#include "pool.h"

namespace {

/* Raised whenever what this file exports changes; src/addon.ts holds the same number. */
constexpr int32_t INTERFACE_VERSION = 4;

/* The plan as JavaScript writes it, word by word. */
static_assert(sizeof(rope_plan) == 4 * 4 + 25 * 8, "src/plan-words.ts writes this layout");

/* More repetitions than any measurement wants, few enough to come back. */
constexpr int64_t MOST_REPETITIONS = 65536;

/* A function that is called without node-addon-api: a decode step has no time for its wrapper. */
void export_raw(Napi::Object exports, const char *name, napi_callback function, void *data) {
  napi_value made = nullptr;
  if (napi_create_function(exports.Env(), name, NAPI_AUTO_LENGTH, function, data, &made) == napi_ok) {
    exports.Set(name, made);
  }
}

/* (kernel, ...call) */
napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 1 + CALL_ARGUMENTS;
  napi_value arguments[1 + CALL_ARGUMENTS];
  Layout layout;
  native_call call;
  void *handles = nullptr;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, &handles) != napi_ok) return nullptr;
  const Kernel *kernel = static_cast<Handles *>(handles)->find<Kernel>(env, arguments[0]);
  if (kernel == nullptr) return refuse(env, NO_KERNEL);
  const int32_t wrong = read_call(env, kernel->native, arguments + 1, &layout, &call);
  if (wrong != 0) return Napi::Number::New(env, wrong);
  kernel_run(kernel->native, &call);
  return nullptr;
}

}  // namespace

RopeAddon::RopeAddon(Napi::Env env, Napi::Object exports) : machine_(machine_facts()) {
  for (int32_t isa = 0; isa < ROPE_ISAS; isa++) supported_[isa] = machine_supports(isa);
  pool_retain();
  env.AddCleanupHook([] { pool_release(); });
  DefineAddon(exports, {
    InstanceValue("interfaceVersion", Napi::Number::New(env, INTERFACE_VERSION), napi_enumerable),
    InstanceValue("coreCacheBytes", Napi::Number::New(env, machine_core_cache()), napi_enumerable),
    InstanceValue("sharedCacheBytes", Napi::Number::New(env, machine_shared_cache()), napi_enumerable),
    InstanceValue("streamBytes", Napi::Number::New(env, machine_.stream_bytes), napi_enumerable),
    InstanceValue("instructionSets", instruction_sets(env), napi_enumerable),
    InstanceMethod("compile", &RopeAddon::compile, napi_enumerable),
    InstanceMethod("threadsOf", &RopeAddon::threads_of, napi_enumerable),
    InstanceMethod("runRange", &RopeAddon::run_range, napi_enumerable),
    InstanceMethod("bind", &RopeAddon::bind, napi_enumerable),
    InstanceMethod("start", &RopeAddon::start, napi_enumerable),
    InstanceMethod("allocate", &RopeAddon::allocate, napi_enumerable),
    InstanceMethod("runLimit", &RopeAddon::run_limit, napi_enumerable),
    InstanceMethod("countThreads", &RopeAddon::count_threads, napi_enumerable),
  });
  export_raw(exports, "run", run, handles_.get());
  export_raw(exports, "runBound", run_bound, handles_.get());
}

/* What this binary holds, slowest first: [{ name, id, supported }]. */
Napi::Value RopeAddon::instruction_sets(Napi::Env env) const {
  auto list = Napi::Array::New(env);
  for (int32_t isa = 0; isa < ROPE_ISAS; isa++) {
    const rope_kernels *kernels = rope_kernels_of(isa);
    if (kernels == nullptr) continue;
    auto entry = Napi::Object::New(env);
    entry.Set("name", kernels->isa);
    entry.Set("id", isa);
    entry.Set("supported", supported_[isa]);
    list.Set(list.Length(), entry);
  }
  return list;
}

bool RopeAddon::runs_here(const Napi::Value &isa) const {
  int64_t number = 0;
  return read_integer(isa.Env(), isa, 0, ROPE_ISAS - 1, &number) && supported_[number];
}

/* (plan bytes, instruction set, most threads): a kernel, or undefined for a plan that is none. */
Napi::Value RopeAddon::compile(const Napi::CallbackInfo &info) {
  uint8_t *bytes = nullptr;
  size_t length = 0;
  int64_t most_threads = 0;
  rope_plan plan;
  if (!read_elements(info[0], napi_uint8_array, &bytes, &length) || length != sizeof plan) {
    return refuse(info.Env(), "the first argument is no plan");
  }
  if (!runs_here(info[1]) ||
      !read_integer(info.Env(), info[2], 1, POOL_MAX_THREADS + 1, &most_threads)) {
    return refuse(info.Env(), NO_NUMBER);
  }
  std::memcpy(&plan, bytes, sizeof plan);
  const rope_kernels *kernels = rope_kernels_of(info[1].As<Napi::Number>());
  native_kernel *made = kernel_create(&plan, kernels, &machine_, static_cast<int32_t>(most_threads));
  if (made == nullptr) return info.Env().Undefined();
  return handles_->hand_out(info.Env(), std::make_shared<Kernel>(made));
}

/* (kernel): how many threads a call of it uses. */
Napi::Value RopeAddon::threads_of(const Napi::CallbackInfo &info) {
  const Kernel *kernel = handles_->find<Kernel>(info.Env(), info[0]);
  if (kernel == nullptr) return refuse(info.Env(), NO_KERNEL);
  return Napi::Number::New(info.Env(), kernel->native->split.threads);
}

/* (kernel, begin, end, ...call): a range of units only. */
Napi::Value RopeAddon::run_range(const Napi::CallbackInfo &info) {
  const Arguments<CALL_ARGUMENTS> arguments(info, 3);
  const Kernel *kernel = handles_->find<Kernel>(info.Env(), info[0]);
  int64_t begin = 0, end = 0;
  Layout layout;
  native_call call;
  if (kernel == nullptr) return refuse(info.Env(), NO_KERNEL);
  const int64_t units = kernel->native->units;
  if (!read_integer(info.Env(), info[1], 0, units, &begin) ||
      !read_integer(info.Env(), info[2], 0, units, &end)) {
    return refuse(info.Env(), NO_NUMBER);
  }
  const int32_t wrong = check_call(info.Env(), kernel->native, arguments.values, &layout, &call);
  if (wrong != 0) return Napi::Number::New(info.Env(), wrong);
  kernel_run_range(kernel->native, &call, begin, end);
  return info.Env().Undefined();
}

Napi::Value RopeAddon::bind(const Napi::CallbackInfo &info) { return ::bind(info, *handles_); }

Napi::Value RopeAddon::start(const Napi::CallbackInfo &info) {
  return async_calls_.start(info, *handles_);
}

/*
 * (bytes): an ArrayBuffer; undefined when there is no memory, or when this runtime (Electron, say)
 * takes none that is not its own.
 */
Napi::Value RopeAddon::allocate(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  int64_t bytes = 0;
  if (!read_integer(env, info[0], 1, MOST_INTEGER, &bytes)) return refuse(env, NO_NUMBER);
  auto block = Block::allocate(static_cast<size_t>(bytes));
  if (block == nullptr) return env.Undefined();
  auto let_go = [block](Napi::Env, void *) {};
  const auto buffer =
      Napi::ArrayBuffer::New(env, block->address(), static_cast<size_t>(bytes), let_go);
  if (!buffer.IsEmpty()) return buffer;
  (void)env.GetAndClearPendingException();
  return env.Undefined();
}

/*
 * (most threads, instruction set, factor, repeat, then per array: target, source or undefined): see
 * limits.h; false when something does not fit.
 */
Napi::Value RopeAddon::run_limit(const Napi::CallbackInfo &info) {
  limit_work work = {};
  int64_t most_threads = 1, isa = 0, repeat = 0;
  const Napi::Env env = info.Env();
  const auto no = Napi::Boolean::New(env, false);
  if (!read_integer(env, info[0], 1, POOL_MAX_THREADS + 1, &most_threads) || !runs_here(info[1]) ||
      !read_integer(env, info[1], 0, ROPE_ISAS, &isa) || !info[2].IsNumber() ||
      !read_integer(env, info[3], 0, MOST_REPETITIONS, &repeat)) {
    return no;
  }
  for (size_t at = 4; at < info.Length(); at += 2) {
    if (work.count == LIMIT_ARRAYS) return no;
    limit_array &array = work.arrays[work.count++];
    size_t length = 0, present = 0;
    float *source = nullptr;
    if (!read_elements(info[at], napi_float32_array, &array.target, &length)) return no;
    array.length = static_cast<int64_t>(length);
    if (info[at + 1].IsUndefined()) continue;
    if (!read_elements(info[at + 1], napi_float32_array, &source, &present)) return no;
    if (present < length) return no;
    array.source = source;
  }
  work.isa = static_cast<int32_t>(isa);
  work.factor = info[2].As<Napi::Number>().FloatValue();
  for (int64_t i = 0; i < repeat; i++) limits_run(&work, static_cast<int32_t>(most_threads));
  return Napi::Boolean::New(info.Env(), true);
}

/* (): how many threads the pool has at this moment. */
Napi::Value RopeAddon::count_threads(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), pool_threads());
}

NODE_API_ADDON(RopeAddon)

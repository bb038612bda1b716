/*
 * The addon: C++17 on node-addon-api, without exceptions, over version 8 of Node-API: one binary for
 * every Node since 20. src/addon.ts describes what it exports.
 *
 * State lives in the environment, and the pool counts environments: any number of worker_threads
 * may load this addon, any number of times, in any order, and end.
 */
#ifndef ROPE_NATIVE_ADDON_H
#define ROPE_NATIVE_ADDON_H

#include <napi.h>

#include <memory>

#include "async.h"
#include "handle.h"
#include "kernel.h"

class RopeAddon : public Napi::Addon<RopeAddon> {
 public:
  RopeAddon(Napi::Env env, Napi::Object exports);

 private:
  Napi::Value instruction_sets(Napi::Env env) const;
  bool runs_here(const Napi::Value &isa) const;

  Napi::Value compile(const Napi::CallbackInfo &info);
  Napi::Value threads_of(const Napi::CallbackInfo &info);
  Napi::Value run_range(const Napi::CallbackInfo &info);
  Napi::Value bind(const Napi::CallbackInfo &info);
  Napi::Value start(const Napi::CallbackInfo &info);
  Napi::Value allocate(const Napi::CallbackInfo &info);
  Napi::Value run_limit(const Napi::CallbackInfo &info);
  Napi::Value count_threads(const Napi::CallbackInfo &info);

  const rope_machine machine_;
  bool supported_[ROPE_ISAS];
  const std::shared_ptr<Handles> handles_ = std::make_shared<Handles>();
  AsyncCalls async_calls_;
};

#endif

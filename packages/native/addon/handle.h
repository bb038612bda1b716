/*
 * What JavaScript holds of this addon: externals. Whoever hands one back may hand over anything,
 * an external of another addon too: so nothing is read where one points to, which is the number of
 * a slot. (A type tag tells externals apart as well, and takes 19 ns of the 330 of a bound call.)
 */
#ifndef ROPE_NATIVE_HANDLE_H
#define ROPE_NATIVE_HANDLE_H

#include <napi.h>

#include <memory>
#include <vector>

/* For what is nothing that this function takes: JavaScript's side has checked all else by then. */
inline Napi::Value refuse(Napi::Env env, const char *what) {
  Napi::TypeError::New(env, what).ThrowAsJavaScriptException();
  return Napi::Value();
}

constexpr char NO_KERNEL[] = "the first argument is no kernel of this addon";
constexpr char NO_BOUND[] = "the first argument is no bound call of this addon";
constexpr char NO_ROW[] = "the second argument is no row: neither a Float64Array nor undefined";
constexpr char NO_NUMBER[] = "that argument is no number that this function takes";

/* `N` arguments from number `first` on, undefined where there are fewer. */
template <int32_t N>
struct Arguments {
  napi_value values[N];
  Arguments(const Napi::CallbackInfo &info, size_t first) {
    for (size_t i = 0; i < N; i++) values[i] = info[first + i];
  }
};

/* The elements of a typed array of that type; false for all else. */
template <class T>
bool read_elements(const Napi::Value &value, napi_typedarray_type type, T **data, size_t *length) {
  if (!value.IsTypedArray()) return false;
  auto array = value.As<Napi::TypedArrayOf<T>>();
  if (array.TypedArrayType() != type) return false;
  *data = array.Data();
  *length = array.ElementLength();
  return true;
}

enum class Kind { kernel, bound };

class Handle : public std::enable_shared_from_this<Handle> {
 public:
  const Kind kind;
  virtual ~Handle() = default;

  template <class T>
  std::shared_ptr<T> share() {
    return std::static_pointer_cast<T>(shared_from_this());
  }

 protected:
  explicit Handle(Kind kind) : kind(kind) {}
};

/* The handles of one environment that JavaScript has not let go of. */
class Handles : public std::enable_shared_from_this<Handles> {
 public:
  /* What stands behind a value; null for all that is no T of this environment. */
  template <class T>
  T *find(napi_env env, napi_value value) const {
    void *data = nullptr;
    if (napi_get_value_external(env, value, &data) != napi_ok) return nullptr;
    const uintptr_t slot = reinterpret_cast<uintptr_t>(data);
    Handle *handle = slot < slots_.size() ? slots_[slot].get() : nullptr;
    return handle != nullptr && handle->kind == T::KIND ? static_cast<T *>(handle) : nullptr;
  }

  Napi::Value hand_out(Napi::Env env, std::shared_ptr<Handle> handle) {
    if (free_.empty()) {
      free_.push_back(slots_.size());
      slots_.emplace_back();
    }
    const uintptr_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::move(handle);
    /* The environment may forget its state before its externals: they keep what they need. */
    auto let_go = [self = shared_from_this(), slot](Napi::Env, void *) {
      self->slots_[slot].reset();
      self->free_.push_back(slot);
    };
    return Napi::External<void>::New(env, reinterpret_cast<void *>(slot), let_go);
  }

 private:
  std::vector<std::shared_ptr<Handle>> slots_;
  std::vector<uintptr_t> free_;
};

#endif

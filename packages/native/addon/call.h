/*
 * How the arguments of a call become addresses. They come as
 *
 *     cos, sin, batchStride, then per operand: source, sourceOffset, target, targetOffset
 *
 * in raw Node-API: this is part of calls that take less than a microsecond. What says wrong returns
 * 0, or 1 + the number of the argument that is wrong.
 */
#ifndef ROPE_NATIVE_CALL_H
#define ROPE_NATIVE_CALL_H

#include <node_api.h>

#include <cstddef>

#include "kernel.h"

constexpr int32_t CALL_ARGUMENTS = 3 + 4 * ROPE_MAX_OPERANDS;
constexpr int32_t VIEW_PARTS = 2, MOST_PARTS = VIEW_PARTS + 2 * ROPE_MAX_OPERANDS;
constexpr int32_t COS = 0, SIN = 1, BATCH_STRIDE = 2, FIRST_VIEW = 3;

/* One array of a call: what is touched of it, in bytes from its start, and whose address it is. */
struct Part {
  int32_t argument;
  uint32_t misaligned; /* bits that are 0 in the address of an element */
  size_t origin;       /* where the view's element [0, 0, 0, 0] lies */
  size_t end;          /* 0: nothing is touched */
  size_t field, twin;  /* offsets of addresses in a native_call: in place, a source is the target */
};

/* All of a call but its memory. In place, a view's source is all there is. */
struct Layout {
  int64_t batch_stride;
  int32_t count;
  Part parts[MOST_PARTS]; /* cos, sin, the views */
};

/* JavaScript counts exactly from minus this to this. */
constexpr int64_t MOST_INTEGER = (int64_t{1} << 53) - 1;

/* An integer in a range of such; false for all else. */
bool read_integer(napi_env env, napi_value value, int64_t least, int64_t most, int64_t *integer);

/* The memory of an array at this moment. */
struct Memory {
  char *data;
  size_t bytes;
};

/*
 * The bytes of a typed array of any kind: enough to stay inside it, whatever it calls itself. Asking
 * for its type takes 40 ns per array (Node-API tries one type after the other), a quarter of a small
 * call: so `run`, for which JavaScript has asked V8 (src/call.ts), does without, and all others
 * check_call.
 */
bool read_memory(napi_env env, napi_value array, Memory *memory);

/*
 * Finds the addresses of all parts from number `first` on. `find(i, memory)` says where the memory
 * of part i lies at this moment, and is false when there is none.
 */
template <class Find>
int32_t locate(const Layout &layout, int32_t first, Find find, native_call *call) {
  call->rotation.batch_stride = layout.batch_stride;
  for (int32_t i = first; i < layout.count; i++) {
    const Part &part = layout.parts[i];
    Memory memory = {nullptr, 0};
    if (!find(i, &memory) || part.end > memory.bytes) return 1 + part.argument;
    if ((reinterpret_cast<uintptr_t>(memory.data) & part.misaligned) != 0) return 1 + part.argument;
    char *const address = memory.data + part.origin, *const fields = reinterpret_cast<char *>(call);
    *reinterpret_cast<void **>(fields + part.field) = address;
    *reinterpret_cast<void **>(fields + part.twin) = address;
  }
  return 0;
}

/* Reads numbers and arrays. */
int32_t read_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                  Layout *layout, native_call *call);

/* The same, and asks what each array is a typed array of. */
int32_t check_call(napi_env env, const native_kernel *kernel, const napi_value *arguments,
                   Layout *layout, native_call *call);

#endif

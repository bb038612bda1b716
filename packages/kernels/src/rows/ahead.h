/*
 * Asks for rows before they are needed. The processor's own prefetchers stop at the end of a page
 * and are slow to see that x and y are two streams; from memory this is worth a third of the time.
 */
#ifndef ROPE_AHEAD_H
#define ROPE_AHEAD_H

#include <stdint.h>

#include "../narrow.h"

#if defined(__wasm__)
#define ROPE_PREFETCH(address) ((void)(address))
#elif defined(__GNUC__) || defined(__clang__)
#define ROPE_PREFETCH(address) __builtin_prefetch((const void *)(address))
#elif defined(_M_ARM64)
#define ROPE_PREFETCH(address) __prefetch((const void *)(address))
#else
#define ROPE_PREFETCH(address) _mm_prefetch((const char *)(address), _MM_HINT_T0)
#endif

/* Touches nothing: an address outside of any array is harmless, so it is formed as a number. */
ROPE_INLINE void fetch_ahead(const void *row, intptr_t bytes_ahead, intptr_t bytes) {
  const uintptr_t first = (uintptr_t)row + (uintptr_t)bytes_ahead;
  for (intptr_t i = 0; i < bytes; i += 64) ROPE_PREFETCH(first + (uintptr_t)i);
}

#endif

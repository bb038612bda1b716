/*
 * Memory that this addon gives to JavaScript: zero-filled, aligned for vectors, in huge pages
 * where it is large. It is counted, so that threads can keep it while they work on it: JavaScript
 * may detach or forget its array at any time.
 */
#ifndef ROPE_NATIVE_MEMORY_H
#define ROPE_NATIVE_MEMORY_H

#include <stddef.h>

typedef struct memory_block memory_block;

/* A block with one owner; null when there is no memory. */
memory_block *memory_allocate(size_t bytes);
void *memory_address(const memory_block *block);
void memory_retain(memory_block *block);
void memory_release(memory_block *block);

#endif

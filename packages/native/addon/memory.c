#include "memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <sys/mman.h>
#endif

/* Alignment of what is handed out, and of the mapping behind what is large. */
enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

struct memory_block {
  void *address; /* aligned */
  void *base;    /* as the system gave it */
  size_t size;   /* of the mapping at base; 0 when it came from the heap */
  _Atomic int32_t owners;
};

#if defined(_WIN32)

static void *map(size_t size) {
  return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}
static void unmap(void *base, size_t size) {
  (void)size;
  VirtualFree(base, 0, MEM_RELEASE);
}
static void prefer_huge_pages(void *address, size_t size) {
  (void)address;
  (void)size;
}

#else

static void *map(size_t size) {
  void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return base == MAP_FAILED ? NULL : base;
}
static void unmap(void *base, size_t size) { munmap(base, size); }
static void prefer_huge_pages(void *address, size_t size) {
#if defined(MADV_HUGEPAGE)
  (void)madvise(address, size, MADV_HUGEPAGE);
#else
  (void)address;
  (void)size;
#endif
}

#endif

static void *align(void *base, uintptr_t alignment) {
  return (void *)(((uintptr_t)base + alignment - 1) & ~(alignment - 1));
}

/* Large blocks are mappings: zeroed by the system, page by page, when they are first touched. */
static void take_mapping(memory_block *block, size_t bytes) {
  block->size = bytes + HUGE_PAGE;
  block->base = map(block->size);
  if (block->base == NULL) return;
  block->address = align(block->base, HUGE_PAGE);
  prefer_huge_pages(block->address, bytes);
}

static void take_heap(memory_block *block, size_t bytes) {
  block->size = 0;
  block->base = calloc(bytes + CACHE_LINE, 1);
  if (block->base != NULL) block->address = align(block->base, CACHE_LINE);
}

memory_block *memory_allocate(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  memory_block *block = calloc(1, sizeof *block);
  if (block == NULL) return NULL;
  if (bytes >= HUGE_PAGE) {
    take_mapping(block, bytes);
  } else {
    take_heap(block, bytes);
  }
  if (block->base == NULL) {
    free(block);
    return NULL;
  }
  atomic_init(&block->owners, 1);
  return block;
}

void *memory_address(const memory_block *block) { return block->address; }

void memory_retain(memory_block *block) {
  atomic_fetch_add_explicit(&block->owners, 1, memory_order_relaxed);
}

void memory_release(memory_block *block) {
  if (atomic_fetch_sub_explicit(&block->owners, 1, memory_order_acq_rel) != 1) return;
  if (block->size > 0) {
    unmap(block->base, block->size);
  } else {
    free(block->base);
  }
  free(block);
}

#include "memory.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace {

/* Alignment of what is handed out, and of the mapping behind what is large. */
constexpr size_t CACHE_LINE = 64, HUGE_PAGE = size_t{2} << 20;

#if defined(_WIN32)

void *map_pages(size_t size) {
  return VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}
void unmap_pages(void *base, size_t) { VirtualFree(base, 0, MEM_RELEASE); }
void prefer_huge_pages(void *, size_t) {}

#else

void *map_pages(size_t size) {
  void *base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return base == MAP_FAILED ? nullptr : base;
}
void unmap_pages(void *base, size_t size) { munmap(base, size); }
void prefer_huge_pages([[maybe_unused]] void *address, [[maybe_unused]] size_t size) {
#if defined(MADV_HUGEPAGE)
  (void)madvise(address, size, MADV_HUGEPAGE);
#endif
}

#endif

void *align(void *base, uintptr_t alignment) {
  return reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(base) + alignment - 1) &
                                  ~(alignment - 1));
}

/* All blocks, by address. Never destroyed: threads may outlive the end of main. */
struct Registry {
  std::mutex lock;
  std::map<uintptr_t, std::weak_ptr<Block>> blocks;
};

Registry &registry() {
  static Registry *const all = new Registry;
  return *all;
}

}  // namespace

/* Large blocks are mappings: zeroed by the system, page by page, when they are first touched. */
bool Block::take(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return false;
  const bool is_large = bytes >= HUGE_PAGE;
  const size_t size = bytes + (is_large ? HUGE_PAGE : CACHE_LINE);
  base_ = is_large ? map_pages(size) : std::calloc(size, 1);
  if (base_ == nullptr) return false;
  bytes_ = bytes;
  mapped_ = is_large ? size : 0;
  address_ = align(base_, is_large ? HUGE_PAGE : CACHE_LINE);
  if (is_large) prefer_huge_pages(address_, bytes);
  return true;
}

std::shared_ptr<Block> Block::allocate(size_t bytes) {
  std::shared_ptr<Block> block(new (std::nothrow) Block);
  if (block == nullptr || !block->take(bytes)) return nullptr;
  const std::lock_guard<std::mutex> guard(registry().lock);
  registry().blocks[reinterpret_cast<uintptr_t>(block->address_)] = block;
  return block;
}

std::shared_ptr<Block> Block::find(const void *address) {
  const uintptr_t at = reinterpret_cast<uintptr_t>(address);
  std::shared_ptr<Block> block; /* let go of without the lock, which its end wants */
  const std::lock_guard<std::mutex> guard(registry().lock);
  auto after = registry().blocks.upper_bound(at);
  if (after == registry().blocks.begin()) return nullptr;
  const auto &[start, known] = *--after;
  block = known.lock();
  return block != nullptr && at - start < block->bytes_ ? block : nullptr;
}

Block::~Block() {
  if (base_ == nullptr) return;
  {
    const std::lock_guard<std::mutex> guard(registry().lock);
    registry().blocks.erase(reinterpret_cast<uintptr_t>(address_));
  }
  if (mapped_ > 0) {
    unmap_pages(base_, mapped_);
  } else {
    std::free(base_);
  }
}

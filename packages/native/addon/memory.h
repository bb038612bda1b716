/*
 * Memory that this addon gives to JavaScript: zero-filled, aligned for vectors, in huge pages
 * where it is large. It is counted, so that threads can keep it while they work on it: JavaScript
 * may detach or forget its array at any time.
 */
#ifndef ROPE_NATIVE_MEMORY_H
#define ROPE_NATIVE_MEMORY_H

#include <cstddef>
#include <memory>

class Block {
 public:
  /* Null when there is no memory. */
  static std::shared_ptr<Block> allocate(size_t bytes);

  /* The block, of any environment, that holds this address; null for all other memory. */
  static std::shared_ptr<Block> find(const void *address);

  ~Block();
  void *address() const { return address_; }

 private:
  Block() = default;
  bool take(size_t bytes);

  void *address_ = nullptr; /* aligned */
  void *base_ = nullptr;    /* as the system gave it */
  size_t bytes_ = 0;        /* from address_ on */
  size_t mapped_ = 0;       /* of the mapping at base_; 0 when it came from the heap */
};

#endif

/*
 * Builds both row templates for one element type and clears the names for the next.
 * A block is what the vocabulary loads at once: one vector, or an even and an odd one.
 */
#if ROPE_SPLIT
#define ROPE_BLOCK (2 * ROPE_LANES)
#define ROPE_VECTOR f32xn2
#define ROPE_MUL mul2
#define ROPE_ADD add2
#define ROPE_SUB sub2
#else
#define ROPE_BLOCK ROPE_LANES
#define ROPE_VECTOR f32xn
#define ROPE_MUL mul
#define ROPE_ADD add
#define ROPE_SUB sub
#endif

#include "half.inl.h"
#include "interleaved.inl.h"

#undef ROPE_BLOCK
#undef ROPE_VECTOR
#undef ROPE_MUL
#undef ROPE_ADD
#undef ROPE_SUB
#undef ROPE_DTYPE
#undef ROPE_ELEMENT
#undef ROPE_SPLIT
#undef ROPE_DUPLICATES
#undef ROPE_HELD
#undef ROPE_GUARDED

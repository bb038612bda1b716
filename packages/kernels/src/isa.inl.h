/*
 * Builds all rows of one instruction set: included once per ISA, inside its target region, after
 * its vocabulary, with ROPE_ISA_NAME set. Every function here is static but those that
 * kernels.def lists.
 */
#include "rope/kernels.h"

#if ROPE_SPLIT_f32 || ROPE_SPLIT_f16 || ROPE_SPLIT_bf16
#include "simd/wide-arithmetic.h"
#endif

#define ROPE_PASTE_2(a, b) a##_##b
#define ROPE_PASTE_4(a, b, c, d) a##_##b##_##c##_##d
#define ROPE_EXPAND_2(a, b) ROPE_PASTE_2(a, b)
#define ROPE_EXPAND_4(a, b, c, d) ROPE_PASTE_4(a, b, c, d)
/* load -> load_f32: a vocabulary or template name of the current dtype. */
#define ROPE_OF(name) ROPE_EXPAND_2(name, ROPE_DTYPE)
/* half -> rope_half_f32_avx2: the public name of a kernel. */
#define ROPE_KERNEL_NAME(pairing) ROPE_EXPAND_4(rope, pairing, ROPE_DTYPE, ROPE_ISA_NAME)

#include "rows/ahead.h"
#include "rows/copy.inl.h"
#include "rows/multiply.inl.h"

#define ROPE_DTYPE f32
#define ROPE_ELEMENT float
#define ROPE_SPLIT ROPE_SPLIT_f32
#define ROPE_DUPLICATES ROPE_DUPLICATES_f32
#define ROPE_HELD ROPE_HELD_f32
#define ROPE_GUARDED ROPE_GUARDED_f32
#include "rows/dtype.inl.h"

#define ROPE_DTYPE f16
#define ROPE_ELEMENT uint16_t
#define ROPE_SPLIT ROPE_SPLIT_f16
#define ROPE_DUPLICATES ROPE_DUPLICATES_f16
#define ROPE_HELD ROPE_HELD_f16
#define ROPE_GUARDED ROPE_GUARDED_f16
#include "rows/dtype.inl.h"

#define ROPE_DTYPE bf16
#define ROPE_ELEMENT uint16_t
#define ROPE_SPLIT ROPE_SPLIT_bf16
#define ROPE_DUPLICATES ROPE_DUPLICATES_bf16
#define ROPE_HELD ROPE_HELD_bf16
#define ROPE_GUARDED ROPE_GUARDED_bf16
#include "rows/dtype.inl.h"

/*
 * Vocabulary of one lane: the fallback and the measure of all others. `avx2.h` describes the names.
 * Every block is two elements, even and odd, so that neither template needs a shuffle.
 */
#include "../narrow.h"

#define ROPE_LANES 1
#define ROPE_LANES_f64 1
#define ROPE_SPLIT_f32 1
#define ROPE_SPLIT_f16 1
#define ROPE_SPLIT_bf16 1
#define ROPE_DUPLICATES_f32 0
#define ROPE_DUPLICATES_f16 0
#define ROPE_DUPLICATES_bf16 0
#define ROPE_STREAMS 0
#define ROPE_HELD_f32 1
#define ROPE_HELD_f16 1
#define ROPE_HELD_bf16 1
#define ROPE_GUARDED_f32 0
#define ROPE_GUARDED_f16 0
#define ROPE_GUARDED_bf16 0

typedef float f32xn;
#include "wide.h"

ROPE_INLINE f32xn mul(f32xn a, f32xn b) { return a * b; }
ROPE_INLINE f32xn add(f32xn a, f32xn b) { return a + b; }
ROPE_INLINE f32xn sub(f32xn a, f32xn b) { return a - b; }
ROPE_INLINE f32xn unzip_even(f32xn a, f32xn b) {
  (void)b;
  return a;
}
ROPE_INLINE f32xn unzip_odd(f32xn a, f32xn b) {
  (void)a;
  return b;
}
ROPE_INLINE f32xn flip(f32xn v, f32xn mask) {
  return rope_float_of(rope_bits_of(v) ^ rope_bits_of(mask));
}
ROPE_INLINE f32xn sign_mask(int32_t negate) { return negate ? -0.0f : 0.0f; }
ROPE_INLINE f32xn weight_f32(f32xn v) { return v; }
ROPE_INLINE f32xn weight_f16(f32xn v) { return v; }
ROPE_INLINE f32xn weight_bf16(f32xn v) { return v; }

ROPE_INLINE void copy_vector(uint16_t *to, const uint16_t *from) {
  to[0] = from[0];
  to[1] = from[1];
}

ROPE_INLINE f32xn2 pair_of(f32xn even, f32xn odd) {
  const f32xn2 block = {even, odd};
  return block;
}
ROPE_INLINE f32xn load_table(const float *from) { return *from; }
ROPE_INLINE f32xn2 load_f32(const float *from) { return pair_of(from[0], from[1]); }
ROPE_INLINE void store_f32(float *to, f32xn2 v) {
  to[0] = v.even;
  to[1] = v.odd;
}
ROPE_INLINE f32xn2 load_f16(const uint16_t *from) {
  return pair_of(rope_widen_f16(from[0]), rope_widen_f16(from[1]));
}
ROPE_INLINE void store_f16(uint16_t *to, f32xn2 v) {
  to[0] = rope_narrow_f16(v.even);
  to[1] = rope_narrow_f16(v.odd);
}
ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) {
  return pair_of(rope_widen_bf16(from[0]), rope_widen_bf16(from[1]));
}
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 v) {
  to[0] = rope_narrow_bf16(v.even);
  to[1] = rope_narrow_bf16(v.odd);
}

/* Doubles, for rows of cos and sin. */
typedef double f64xn;
ROPE_INLINE f64xn splat_f64(double v) { return v; }
ROPE_INLINE f64xn load_f64(const double *from) { return *from; }
ROPE_INLINE f64xn mul_f64(f64xn a, f64xn b) { return a * b; }
ROPE_INLINE f64xn add_f64(f64xn a, f64xn b) { return a + b; }
ROPE_INLINE f64xn sub_f64(f64xn a, f64xn b) { return a - b; }
ROPE_INLINE void store_rounded(float *to, f64xn v) {
  *to = (float)v;
}

#include "part.h"

/* Vocabulary of 64-bit Arm; `avx2.h` describes the names. */
#include <arm_neon.h>

#include "../narrow.h"

#define ROPE_LANES 4
#define ROPE_LANES_f64 2
#define ROPE_SPLIT_f32 0
#define ROPE_SPLIT_f16 0
#define ROPE_SPLIT_bf16 1
#define ROPE_DUPLICATES_f32 0
#define ROPE_DUPLICATES_f16 0
#define ROPE_DUPLICATES_bf16 0
#define ROPE_STREAMS 0
#define ROPE_HELD_f32 4
#define ROPE_HELD_f16 4
#define ROPE_HELD_bf16 4
#define ROPE_GUARDED_f32 0
#define ROPE_GUARDED_f16 0
#define ROPE_GUARDED_bf16 0

typedef float32x4_t f32xn;
#include "wide.h"

ROPE_INLINE f32xn mul(f32xn a_f32x4, f32xn b_f32x4) { return vmulq_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn add(f32xn a_f32x4, f32xn b_f32x4) { return vaddq_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn sub(f32xn a_f32x4, f32xn b_f32x4) { return vsubq_f32(a_f32x4, b_f32x4); }

ROPE_INLINE f32xn zip_low(f32xn a_f32x4, f32xn b_f32x4) { return vzip1q_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn zip_high(f32xn a_f32x4, f32xn b_f32x4) { return vzip2q_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn unzip_even(f32xn a_f32x4, f32xn b_f32x4) { return vuzp1q_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn unzip_odd(f32xn a_f32x4, f32xn b_f32x4) { return vuzp2q_f32(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn swap(f32xn v_f32x4) { return vrev64q_f32(v_f32x4); }
ROPE_INLINE f32xn flip(f32xn v_f32x4, f32xn mask_f32x4) {
  return vreinterpretq_f32_u32(
      veorq_u32(vreinterpretq_u32_f32(v_f32x4), vreinterpretq_u32_f32(mask_f32x4)));
}
ROPE_INLINE f32xn sign_mask(int32_t negate) { return vdupq_n_f32(negate ? -0.0f : 0.0f); }
/* A NaN becomes the default one, whose rounding to bfloat16 cannot overflow. */
ROPE_INLINE f32xn weight_bf16(f32xn v_f32x4) {
  return vbslq_f32(vceqq_f32(v_f32x4, v_f32x4), v_f32x4, vdupq_n_f32(rope_float_of(0x7fc00000u)));
}

ROPE_INLINE void copy_vector(uint16_t *to, const uint16_t *from) { vst1q_u16(to, vld1q_u16(from)); }
ROPE_INLINE f32xn load_table(const float *from) { return vld1q_f32(from); }
ROPE_INLINE f32xn load_f32(const float *from) { return load_table(from); }
ROPE_INLINE f32xnp pairs_of_f32(f32xn v_f32x4) {
  const f32xnp pairs = {v_f32x4, swap(v_f32x4)};
  return pairs;
}
ROPE_INLINE f32xnp load_pairs_f32(const float *from) { return pairs_of_f32(load_f32(from)); }
ROPE_INLINE void store_f32(float *to, f32xn v_f32x4) { vst1q_f32(to, v_f32x4); }

ROPE_INLINE f32xn load_f16(const uint16_t *from) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
}
ROPE_INLINE f32xnp pairs_of_f16(f32xn v_f32x4) { return pairs_of_f32(v_f32x4); }
ROPE_INLINE f32xnp load_pairs_f16(const uint16_t *from) { return pairs_of_f32(load_f16(from)); }
ROPE_INLINE void store_f16(uint16_t *to, f32xn v_f32x4) {
  vst1_u16(to, vreinterpret_u16_f16(vcvt_f16_f32(v_f32x4)));
}

ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) {
  const uint32x4_t v_u16x8 = vreinterpretq_u32_u16(vld1q_u16(from));
  f32xn2 block;
  block.even = vreinterpretq_f32_u32(vshlq_n_u32(v_u16x8, 16));
  block.odd = vreinterpretq_f32_u32(vandq_u32(v_u16x8, vdupq_n_u32(0xffff0000u)));
  return block;
}
/* Rounds as `pack_bf16` of avx2.h; shift-and-insert joins halves, shift-and-add carries. */
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 block) {
  const uint32x4_t even_u32x4 = vreinterpretq_u32_f32(block.even);
  const uint32x4_t odd_u32x4 = vreinterpretq_u32_f32(block.odd);
  const uint16x8_t high_u16x8 = vreinterpretq_u16_u32(vsriq_n_u32(odd_u32x4, even_u32x4, 16));
  const uint16x8_t low_u16x8 = vreinterpretq_u16_u32(vsliq_n_u32(even_u32x4, odd_u32x4, 16));
  const uint16x8_t is_even_u16x8 = vbicq_u16(vdupq_n_u16(1), high_u16x8);
  vst1q_u16(to, vsraq_n_u16(high_u16x8, vqsubq_u16(low_u16x8, is_even_u16x8), 15));
}

/* Doubles, for rows of cos and sin. */
typedef float64x2_t f64xn;
ROPE_INLINE f64xn splat_f64(double v) { return vdupq_n_f64(v); }
ROPE_INLINE f64xn load_f64(const double *from) { return vld1q_f64(from); }
ROPE_INLINE f64xn mul_f64(f64xn a, f64xn b) { return vmulq_f64(a, b); }
ROPE_INLINE f64xn add_f64(f64xn a, f64xn b) { return vaddq_f64(a, b); }
ROPE_INLINE f64xn sub_f64(f64xn a, f64xn b) { return vsubq_f64(a, b); }
ROPE_INLINE void store_rounded(float *to, f64xn v) {
  vst1_f32(to, vcvt_f32_f64(v));
}

#include "part.h"

/* Vocabulary of WebAssembly SIMD128, strict; `avx2.h` describes the names. */
#include <wasm_simd128.h>

#include "../narrow.h"

#define ROPE_LANES 4
#define ROPE_LANES_f64 2
#define ROPE_SPLIT_f32 0
#define ROPE_SPLIT_f16 1
#define ROPE_SPLIT_bf16 1
#define ROPE_DUPLICATES_f32 0
#define ROPE_DUPLICATES_f16 0
#define ROPE_DUPLICATES_bf16 0
#define ROPE_STREAMS 0
#define ROPE_HELD_f32 4
#define ROPE_HELD_f16 1
#define ROPE_HELD_bf16 2
#define ROPE_GUARDED_f32 0
#define ROPE_GUARDED_f16 1
#define ROPE_GUARDED_bf16 0

typedef v128_t f32xn;
#include "wide.h"

ROPE_INLINE f32xn mul(f32xn a_f32x4, f32xn b_f32x4) { return wasm_f32x4_mul(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn add(f32xn a_f32x4, f32xn b_f32x4) { return wasm_f32x4_add(a_f32x4, b_f32x4); }
ROPE_INLINE f32xn sub(f32xn a_f32x4, f32xn b_f32x4) { return wasm_f32x4_sub(a_f32x4, b_f32x4); }

ROPE_INLINE f32xn zip_low(f32xn a_f32x4, f32xn b_f32x4) {
  return wasm_i32x4_shuffle(a_f32x4, b_f32x4, 0, 4, 1, 5);
}
ROPE_INLINE f32xn zip_high(f32xn a_f32x4, f32xn b_f32x4) {
  return wasm_i32x4_shuffle(a_f32x4, b_f32x4, 2, 6, 3, 7);
}
ROPE_INLINE f32xn unzip_even(f32xn a_f32x4, f32xn b_f32x4) {
  return wasm_i32x4_shuffle(a_f32x4, b_f32x4, 0, 2, 4, 6);
}
ROPE_INLINE f32xn unzip_odd(f32xn a_f32x4, f32xn b_f32x4) {
  return wasm_i32x4_shuffle(a_f32x4, b_f32x4, 1, 3, 5, 7);
}
ROPE_INLINE f32xn swap(f32xn v_f32x4) { return wasm_i32x4_shuffle(v_f32x4, v_f32x4, 1, 0, 3, 2); }
ROPE_INLINE f32xn flip(f32xn v_f32x4, f32xn mask_f32x4) {
  return wasm_v128_xor(v_f32x4, mask_f32x4);
}
ROPE_INLINE f32xn sign_mask(int32_t negate) { return wasm_f32x4_splat(negate ? -0.0f : 0.0f); }
/* A NaN becomes the default one, whose rounding to bfloat16 cannot overflow. */
ROPE_INLINE f32xn weight_bf16(f32xn v_f32x4) {
  return wasm_v128_bitselect(v_f32x4, wasm_i32x4_const_splat(0x7fc00000),
                             wasm_f32x4_eq(v_f32x4, v_f32x4));
}

ROPE_INLINE void copy_vector(uint16_t *to, const uint16_t *from) {
  wasm_v128_store(to, wasm_v128_load(from));
}
ROPE_INLINE f32xn load_table(const float *from) { return wasm_v128_load(from); }
ROPE_INLINE f32xn load_f32(const float *from) { return load_table(from); }
ROPE_INLINE f32xnp pairs_of_f32(f32xn v_f32x4) {
  const f32xnp pairs = {v_f32x4, swap(v_f32x4)};
  return pairs;
}
ROPE_INLINE f32xnp load_pairs_f32(const float *from) { return pairs_of_f32(load_f32(from)); }
ROPE_INLINE void store_f32(float *to, f32xn v_f32x4) { wasm_v128_store(to, v_f32x4); }

/* Even words of `even`, odd words of `odd`. */
ROPE_INLINE v128_t blend_words(v128_t even_u16x8, v128_t odd_u16x8) {
  return wasm_i16x8_shuffle(even_u16x8, odd_u16x8, 0, 9, 2, 11, 4, 13, 6, 15);
}
ROPE_INLINE v128_t upper_halves(f32xn2 block) {
  return blend_words(wasm_u32x4_shr(block.even, 16), block.odd);
}
ROPE_INLINE v128_t lower_halves(f32xn2 block) {
  return blend_words(block.even, wasm_i32x4_shl(block.odd, 16));
}

/*
 * float16, for numbers below 2^14 and tables of at most 2 (guarded_rows sees to that): there is no
 * Inf and no NaN, and no result rounds to Inf.
 *
 * A float16 moved down by three bits is a float32 too small by 2^112. That factor is in the
 * weights instead, where it costs nothing: the products are the same.
 */
ROPE_INLINE f32xn weight_f16(f32xn v_f32x4) {
  return wasm_f32x4_mul(v_f32x4, wasm_f32x4_const_splat(0x1p112f));
}
ROPE_INLINE f32xn2 load_f16(const uint16_t *from) {
  const v128_t v_u16x8 = wasm_v128_load(from);
  const v128_t mask_u32x4 = wasm_u32x4_const_splat(0x8fffe000u);
  const f32xn2 block = {
      wasm_v128_and(wasm_i32x4_shr(wasm_i32x4_shl(v_u16x8, 16), 3), mask_u32x4),
      wasm_v128_and(wasm_i32x4_shr(v_u16x8, 3), mask_u32x4)};
  return block;
}
/*
 * With 2^e the number's own power of two, at least 2^-14: adding 1.5 * 2^(e + 13) rounds it to
 * units of 2^(e - 10), the last place of a float16, and leaves their count in the lower half.
 */
ROPE_INLINE void store_f16(uint16_t *to, f32xn2 block) {
  const v128_t upper_u16x8 = upper_halves(block);
  const v128_t exponent_u16x8 = wasm_u16x8_sub_sat(
      wasm_v128_and(upper_u16x8, wasm_u16x8_const_splat(0x7f80)), wasm_u16x8_const_splat(0x3880));
  const v128_t magic_u16x8 = wasm_i16x8_add(exponent_u16x8, wasm_u16x8_const_splat(0x3f40));
  const f32xn2 sum = {
      wasm_f32x4_add(block.even, wasm_i32x4_shl(magic_u16x8, 16)),
      wasm_f32x4_add(block.odd, wasm_v128_and(magic_u16x8, wasm_i32x4_const_splat(-0x10000)))};
  const v128_t count_u16x8 = wasm_i16x8_abs(lower_halves(sum));
  const v128_t half_u16x8 = wasm_i16x8_add(wasm_i16x8_shl(exponent_u16x8, 3), count_u16x8);
  const v128_t sign_u16x8 = wasm_v128_and(upper_u16x8, wasm_u16x8_const_splat(0x8000));
  wasm_v128_store(to, wasm_v128_or(half_u16x8, sign_u16x8));
}

ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) {
  const v128_t v_u16x8 = wasm_v128_load(from);
  const f32xn2 block = {wasm_i32x4_shl(v_u16x8, 16),
                        wasm_v128_and(v_u16x8, wasm_i32x4_const_splat(-0x10000))};
  return block;
}
/* Rounds as `pack_bf16` of avx2.h. */
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 block) {
  const v128_t high_u16x8 = upper_halves(block);
  const v128_t is_even_u16x8 = wasm_v128_andnot(wasm_i16x8_const_splat(1), high_u16x8);
  const v128_t carry_u16x8 =
      wasm_u16x8_shr(wasm_u16x8_sub_sat(lower_halves(block), is_even_u16x8), 15);
  wasm_v128_store(to, wasm_i16x8_add(high_u16x8, carry_u16x8));
}

/* Doubles, for rows of cos and sin. */
typedef v128_t f64xn;
ROPE_INLINE f64xn splat_f64(double v) { return wasm_f64x2_splat(v); }
ROPE_INLINE f64xn load_f64(const double *from) { return wasm_v128_load(from); }
ROPE_INLINE f64xn mul_f64(f64xn a, f64xn b) { return wasm_f64x2_mul(a, b); }
ROPE_INLINE f64xn add_f64(f64xn a, f64xn b) { return wasm_f64x2_add(a, b); }
ROPE_INLINE f64xn sub_f64(f64xn a, f64xn b) { return wasm_f64x2_sub(a, b); }
ROPE_INLINE void store_rounded(float *to, f64xn v) {
  wasm_v128_store64_lane(to, wasm_f32x4_demote_f64x2_zero(v), 0);
}

#include "part.h"
#include "guard.h"

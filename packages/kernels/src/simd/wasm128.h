/* Vocabulary of WebAssembly SIMD128, strict; `avx2.h` describes the names. */
#include <wasm_simd128.h>

#include "../narrow.h"

#define ROPE_LANES 4
#define ROPE_SPLIT_f32 0
#define ROPE_SPLIT_f16 1
#define ROPE_SPLIT_bf16 1
#define ROPE_DUPLICATES_f32 0
#define ROPE_DUPLICATES_f16 0
#define ROPE_DUPLICATES_bf16 0
#define ROPE_STREAMS 0
#define ROPE_COLUMNS 4

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
ROPE_INLINE f32xn clean(f32xn v_f32x4) {
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

/* A float16 whose bits lie three places lower is a float32 too small by 2^112, Inf and NaN aside. */
ROPE_INLINE f32xn scale_f16(v128_t v_u32x4) {
  const v128_t small_f32x4 = wasm_v128_and(wasm_i32x4_shr(v_u32x4, 3),
                                           wasm_i32x4_const_splat((int32_t)0x8fffe000u));
  const v128_t scaled_f32x4 = wasm_f32x4_mul(small_f32x4, wasm_f32x4_const_splat(0x1p112f));
  const v128_t huge_i32x4 = wasm_f32x4_ge(wasm_f32x4_abs(scaled_f32x4), wasm_f32x4_const_splat(65536.0f));
  return wasm_v128_or(scaled_f32x4, wasm_v128_and(huge_i32x4, wasm_i32x4_const_splat(0x7f800000)));
}
ROPE_INLINE f32xn2 load_f16(const uint16_t *from) {
  const v128_t v_u16x8 = wasm_v128_load(from);
  const f32xn2 block = {scale_f16(wasm_i32x4_shl(v_u16x8, 16)), scale_f16(v_u16x8)};
  return block;
}
/*
 * Adding 2^13 times the number's own power of two (at least that of 2^-14) rounds it to the
 * eleven bits that a float16 keeps. The result lies in the low 16 bits, without sign.
 */
ROPE_INLINE v128_t round_f16(v128_t v_f32x4) {
  const v128_t rest_f32x4 = wasm_f32x4_pmin(wasm_f32x4_const_splat(131072.0f), wasm_f32x4_abs(v_f32x4));
  const v128_t power_i32x4 =
      wasm_i32x4_max(wasm_v128_and(rest_f32x4, wasm_i32x4_const_splat(0x7f800000)),
                     wasm_i32x4_const_splat(0x38800000));
  const v128_t sum_f32x4 =
      wasm_f32x4_add(rest_f32x4, wasm_i32x4_add(power_i32x4, wasm_i32x4_const_splat(13 << 23)));
  const v128_t half_i32x4 = wasm_i32x4_sub(
      wasm_i32x4_dot_i16x8(sum_f32x4, wasm_i32x4_const_splat(8 << 16 | 1)),
      wasm_i32x4_const_splat(126 << 10));
  const v128_t clamped_i32x4 = wasm_i32x4_min(half_i32x4, wasm_i32x4_const_splat(0x7c00));
  const v128_t nan_i32x4 = wasm_f32x4_ne(v_f32x4, v_f32x4);
  return wasm_v128_bitselect(wasm_i32x4_const_splat(0x7e00), clamped_i32x4, nan_i32x4);
}
ROPE_INLINE void store_f16(uint16_t *to, f32xn2 block) {
  const v128_t even_u32x4 = wasm_v128_or(
      round_f16(block.even), wasm_v128_and(wasm_u32x4_shr(block.even, 16), wasm_i32x4_const_splat(0x8000)));
  const v128_t odd_u32x4 =
      wasm_v128_or(wasm_i32x4_shl(round_f16(block.odd), 16),
                   wasm_v128_and(block.odd, wasm_i32x4_const_splat((int32_t)0x80000000u)));
  wasm_v128_store(to, wasm_v128_or(even_u32x4, odd_u32x4));
}

ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) {
  const v128_t v_u16x8 = wasm_v128_load(from);
  const f32xn2 block = {wasm_i32x4_shl(v_u16x8, 16),
                        wasm_v128_and(v_u16x8, wasm_i32x4_const_splat(-0x10000))};
  return block;
}
ROPE_INLINE v128_t round_bf16(v128_t bits_u32x4) {
  const v128_t last_u32x4 =
      wasm_v128_and(wasm_u32x4_shr(bits_u32x4, 16), wasm_i32x4_const_splat(1));
  return wasm_i32x4_add(wasm_i32x4_add(bits_u32x4, wasm_i32x4_const_splat(0x7fff)), last_u32x4);
}
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 block) {
  const v128_t even_u32x4 = wasm_u32x4_shr(round_bf16(block.even), 16);
  const v128_t odd_u32x4 =
      wasm_v128_and(round_bf16(block.odd), wasm_i32x4_const_splat(-0x10000));
  wasm_v128_store(to, wasm_v128_or(even_u32x4, odd_u32x4));
}

#include "part.h"

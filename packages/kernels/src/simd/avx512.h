/* Vocabulary of AVX-512 (F, BW, VL, DQ, VNNI); `avx2.h` describes the names. */
#include <immintrin.h>

#include "../narrow.h"

#define ROPE_LANES 16
#define ROPE_LANES_f64 8
#define ROPE_SPLIT_f32 0
#define ROPE_SPLIT_f16 0
#define ROPE_SPLIT_bf16 1
#define ROPE_DUPLICATES_f32 1
#define ROPE_DUPLICATES_f16 0
#define ROPE_DUPLICATES_bf16 0
#define ROPE_STREAMS 1
#define ROPE_HELD_f32 4
#define ROPE_HELD_f16 4
#define ROPE_HELD_bf16 2
#define ROPE_GUARDED_f32 0
#define ROPE_GUARDED_f16 0
#define ROPE_GUARDED_bf16 0

typedef __m512 f32xn;
#include "wide.h"

ROPE_INLINE f32xn mul(f32xn a_f32x16, f32xn b_f32x16) { return _mm512_mul_ps(a_f32x16, b_f32x16); }
ROPE_INLINE f32xn add(f32xn a_f32x16, f32xn b_f32x16) { return _mm512_add_ps(a_f32x16, b_f32x16); }
ROPE_INLINE f32xn sub(f32xn a_f32x16, f32xn b_f32x16) { return _mm512_sub_ps(a_f32x16, b_f32x16); }

ROPE_INLINE f32xn zip_low(f32xn a_f32x16, f32xn b_f32x16) {
  const __m512i order_i32x16 =
      _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return _mm512_permutex2var_ps(a_f32x16, order_i32x16, b_f32x16);
}
ROPE_INLINE f32xn zip_high(f32xn a_f32x16, f32xn b_f32x16) {
  const __m512i order_i32x16 =
      _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return _mm512_permutex2var_ps(a_f32x16, order_i32x16, b_f32x16);
}
ROPE_INLINE f32xn unzip_even(f32xn a_f32x16, f32xn b_f32x16) {
  const __m512i order_i32x16 =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_ps(a_f32x16, order_i32x16, b_f32x16);
}
ROPE_INLINE f32xn unzip_odd(f32xn a_f32x16, f32xn b_f32x16) {
  const __m512i order_i32x16 =
      _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_ps(a_f32x16, order_i32x16, b_f32x16);
}
ROPE_INLINE f32xn swap(f32xn v_f32x16) { return _mm512_permute_ps(v_f32x16, 0xb1); }
ROPE_INLINE f32xn flip(f32xn v_f32x16, f32xn mask_f32x16) {
  return _mm512_xor_ps(v_f32x16, mask_f32x16);
}
ROPE_INLINE f32xn sign_mask(int32_t negate) { return _mm512_set1_ps(negate ? -0.0f : 0.0f); }
/* A NaN becomes the default one, whose rounding to bfloat16 cannot overflow. */
ROPE_INLINE f32xn weight_bf16(f32xn v_f32x16) {
  return _mm512_mask_mov_ps(v_f32x16, _mm512_cmp_ps_mask(v_f32x16, v_f32x16, _CMP_UNORD_Q),
                            _mm512_set1_ps(rope_float_of(0x7fc00000u)));
}

ROPE_INLINE void stream_128(void *to, __m128i v_i32x4) { _mm_stream_si128((__m128i *)to, v_i32x4); }
ROPE_INLINE void stream_256(void *to, __m256i v_i32x8) {
  stream_128(to, _mm256_castsi256_si128(v_i32x8));
  stream_128((char *)to + 16, _mm256_extracti128_si256(v_i32x8, 1));
}
/* Whole lines where the target allows it; JavaScript's arrays often start 16 bytes into one. */
ROPE_INLINE void stream_512(void *to, __m512i v_i32x16) {
  if (((uintptr_t)to & 63) == 0) {
    _mm512_stream_si512((__m512i *)to, v_i32x16);
  } else {
    stream_256(to, _mm512_castsi512_si256(v_i32x16));
    stream_256((char *)to + 32, _mm512_extracti64x4_epi64(v_i32x16, 1));
  }
}
ROPE_INLINE void copy_vector(uint16_t *to, const uint16_t *from) {
  _mm512_storeu_si512(to, _mm512_loadu_si512(from));
}
ROPE_INLINE void stream_vector(uint16_t *to, const uint16_t *from) {
  stream_512(to, _mm512_loadu_si512(from));
}
ROPE_INLINE void fence(void) { _mm_sfence(); }

ROPE_INLINE __mmask16 first_16(ptrdiff_t count) {
  return count >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << count) - 1);
}
ROPE_INLINE __mmask32 first_32(ptrdiff_t count) {
  return count >= 32 ? (__mmask32)0xffffffffu : (__mmask32)((1u << count) - 1);
}

ROPE_INLINE f32xn load_table(const float *from) { return _mm512_loadu_ps(from); }
ROPE_INLINE f32xn load_f32(const float *from) { return load_table(from); }
ROPE_INLINE void store_f32(float *to, f32xn v_f32x16) { _mm512_storeu_ps(to, v_f32x16); }
ROPE_INLINE f32xnp pairs_of_f32(f32xn v_f32x16) {
  const f32xnp pairs = {_mm512_moveldup_ps(v_f32x16), _mm512_movehdup_ps(v_f32x16)};
  return pairs;
}
#if defined(__GNUC__)
/* The load unit duplicates for nothing, but compilers load once and then shuffle twice. */
ROPE_INLINE f32xnp load_pairs_f32(const float *from) {
  const float(*memory)[16] = (const float(*)[16])(const void *)from;
  f32xnp pairs;
  __asm__("vmovsldup %1, %0" : "=v"(pairs.first) : "m"(*memory));
  __asm__("vmovshdup %1, %0" : "=v"(pairs.second) : "m"(*memory));
  return pairs;
}
#else
ROPE_INLINE f32xnp load_pairs_f32(const float *from) { return pairs_of_f32(load_f32(from)); }
#endif
ROPE_INLINE void stream_f32(float *to, f32xn v_f32x16) {
  stream_512(to, _mm512_castps_si512(v_f32x16));
}
ROPE_INLINE f32xn load_table_part(const float *from, ptrdiff_t count) {
  return _mm512_maskz_loadu_ps(first_16(count), from);
}
ROPE_INLINE f32xn load_part_f32(const float *from, ptrdiff_t count) {
  return _mm512_maskz_loadu_ps(first_16(count), from);
}
ROPE_INLINE void store_part_f32(float *to, ptrdiff_t count, f32xn v_f32x16) {
  _mm512_mask_storeu_ps(to, first_16(count), v_f32x16);
}

ROPE_INLINE __m256i half_of(f32xn v_f32x16) {
  return _mm512_cvtps_ph(v_f32x16, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
ROPE_INLINE f32xn load_f16(const uint16_t *from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)from));
}
ROPE_INLINE void store_f16(uint16_t *to, f32xn v_f32x16) {
  _mm256_storeu_si256((__m256i *)(void *)to, half_of(v_f32x16));
}
ROPE_INLINE f32xnp pairs_of_f16(f32xn v_f32x16) {
  const f32xnp pairs = {v_f32x16, swap(v_f32x16)};
  return pairs;
}
ROPE_INLINE f32xnp load_pairs_f16(const uint16_t *from) { return pairs_of_f16(load_f16(from)); }
ROPE_INLINE void stream_f16(uint16_t *to, f32xn v_f32x16) { stream_256(to, half_of(v_f32x16)); }
ROPE_INLINE f32xn load_part_f16(const uint16_t *from, ptrdiff_t count) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_16(count), from));
}
ROPE_INLINE void store_part_f16(uint16_t *to, ptrdiff_t count, f32xn v_f32x16) {
  _mm256_mask_storeu_epi16(to, first_16(count), half_of(v_f32x16));
}

ROPE_INLINE f32xn2 split_bf16(__m512i v_u16x32) {
  f32xn2 block;
  block.even = _mm512_castsi512_ps(_mm512_slli_epi32(v_u16x32, 16));
  block.odd = _mm512_castsi512_ps(_mm512_and_si512(v_u16x32, _mm512_set1_epi32(-0x10000)));
  return block;
}
/*
 * bits + 0x7fff + last kept bit in two instructions: as a product of 16-bit words,
 * (last, 1) . (1, 0x7fff), added to bits. The VNNI multiplier does it in one.
 */
ROPE_INLINE __m512i round_bf16(f32xn v_f32x16) {
  const __m512i bits_u32x16 = _mm512_castps_si512(v_f32x16);
  const __m512i last_u16x32 = _mm512_ternarylogic_epi32(
      bits_u32x16, _mm512_set1_epi32(0x10000), _mm512_set1_epi32(1), 0xea); /* (a & b) | c */
  return _mm512_dpwssd_epi32(bits_u32x16, last_u16x32, _mm512_set1_epi32(0x17fff));
}
ROPE_INLINE __m512i pack_bf16(f32xn2 block) {
  return _mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_srli_epi32(round_bf16(block.even), 16),
                                 round_bf16(block.odd));
}
ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) { return split_bf16(_mm512_loadu_si512(from)); }
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 block) {
  _mm512_storeu_si512(to, pack_bf16(block));
}
ROPE_INLINE void stream_bf16(uint16_t *to, f32xn2 block) { stream_512(to, pack_bf16(block)); }
ROPE_INLINE f32xn2 load_part_bf16(const uint16_t *from, ptrdiff_t count) {
  return split_bf16(_mm512_maskz_loadu_epi16(first_32(count), from));
}
ROPE_INLINE void store_part_bf16(uint16_t *to, ptrdiff_t count, f32xn2 block) {
  _mm512_mask_storeu_epi16(to, first_32(count), pack_bf16(block));
}

/* Doubles, for rows of cos and sin. */
typedef __m512d f64xn;
ROPE_INLINE f64xn splat_f64(double v) { return _mm512_set1_pd(v); }
ROPE_INLINE f64xn load_f64(const double *from) { return _mm512_loadu_pd(from); }
ROPE_INLINE f64xn mul_f64(f64xn a, f64xn b) { return _mm512_mul_pd(a, b); }
ROPE_INLINE f64xn add_f64(f64xn a, f64xn b) { return _mm512_add_pd(a, b); }
ROPE_INLINE f64xn sub_f64(f64xn a, f64xn b) { return _mm512_sub_pd(a, b); }
ROPE_INLINE void store_rounded(float *to, f64xn v) {
  _mm256_storeu_ps(to, _mm512_cvtpd_ps(v));
}

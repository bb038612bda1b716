/*
 * Vocabulary of AVX2 and F16C. What the names mean, here and in the other vocabularies:
 *   ROPE_LANES            float32 lanes of a vector, f32xn
 *   ROPE_SPLIT_<dtype>    1: a block is two vectors, the even and the odd elements (f32xn2);
 *                         0: a block is one vector, in the order of memory
 *   ROPE_DUPLICATES_<dtype>  1: load_pairs gives x x ... and y y ...; 0: x y ... and y x ...
 *   ROPE_HELD_<dtype>     blocks (steps) of the table that registers can hold beside the work: 1, 2, 4
 *   ROPE_GUARDED_<dtype>  1: load and store are wrong for some numbers, which guarded_rows keeps away
 *   load, store, stream   a block from and to memory at element alignment (stream: 16 bytes)
 *   load_pairs, pairs_of  a vector for the two products of interleaved rows, see there
 *   load_table, load_table_part    one vector of cos or sin, in the order of memory
 *   load_part, store_part the first `count` elements of a block, the others untouched in memory
 *   copy_vector, stream_vector  4 * ROPE_LANES bytes, of any type
 *   zip_low, zip_high     a0 b0 a1 b1 ..., in the order of memory
 *   unzip_even, unzip_odd the reverse, over two vectors
 *   swap                  a1 a0 a3 a2 ...
 *   flip                  changes the signs of lanes whose mask has its top bit set
 *   weight_<dtype>        makes table values ready for split types
 *   ROPE_LANES_f64, f64xn, splat_f64 ... sub_f64    the same for doubles, of which rows are made
 *   store_rounded         doubles to memory as float32, each rounded once
 */
#include <immintrin.h>

#include "../narrow.h"

#define ROPE_LANES 8
#define ROPE_LANES_f64 4
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

typedef __m256 f32xn;
#include "wide.h"

ROPE_INLINE f32xn mul(f32xn a_f32x8, f32xn b_f32x8) { return _mm256_mul_ps(a_f32x8, b_f32x8); }
ROPE_INLINE f32xn add(f32xn a_f32x8, f32xn b_f32x8) { return _mm256_add_ps(a_f32x8, b_f32x8); }
ROPE_INLINE f32xn sub(f32xn a_f32x8, f32xn b_f32x8) { return _mm256_sub_ps(a_f32x8, b_f32x8); }

ROPE_INLINE f32xn zip_low(f32xn a_f32x8, f32xn b_f32x8) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a_f32x8, b_f32x8),
                                _mm256_unpackhi_ps(a_f32x8, b_f32x8), 0x20);
}
ROPE_INLINE f32xn zip_high(f32xn a_f32x8, f32xn b_f32x8) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a_f32x8, b_f32x8),
                                _mm256_unpackhi_ps(a_f32x8, b_f32x8), 0x31);
}
ROPE_INLINE f32xn in_order(f32xn v_f32x8) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v_f32x8), 0xd8));
}
ROPE_INLINE f32xn unzip_even(f32xn a_f32x8, f32xn b_f32x8) {
  return in_order(_mm256_shuffle_ps(a_f32x8, b_f32x8, 0x88));
}
ROPE_INLINE f32xn unzip_odd(f32xn a_f32x8, f32xn b_f32x8) {
  return in_order(_mm256_shuffle_ps(a_f32x8, b_f32x8, 0xdd));
}
ROPE_INLINE f32xn swap(f32xn v_f32x8) { return _mm256_permute_ps(v_f32x8, 0xb1); }
ROPE_INLINE f32xn flip(f32xn v_f32x8, f32xn mask_f32x8) {
  return _mm256_xor_ps(v_f32x8, mask_f32x8);
}
ROPE_INLINE f32xn sign_mask(int32_t negate) { return _mm256_set1_ps(negate ? -0.0f : 0.0f); }
/* A NaN becomes the default one, whose rounding to bfloat16 cannot overflow. */
ROPE_INLINE f32xn weight_bf16(f32xn v_f32x8) {
  return _mm256_blendv_ps(v_f32x8, _mm256_set1_ps(rope_float_of(0x7fc00000u)),
                          _mm256_cmp_ps(v_f32x8, v_f32x8, _CMP_UNORD_Q));
}

ROPE_INLINE void stream_128(void *to, __m128i v_i32x4) { _mm_stream_si128((__m128i *)to, v_i32x4); }
ROPE_INLINE void stream_256(void *to, __m256i v_i32x8) {
  stream_128(to, _mm256_castsi256_si128(v_i32x8));
  stream_128((char *)to + 16, _mm256_extracti128_si256(v_i32x8, 1));
}
ROPE_INLINE __m256i load_vector(const uint16_t *from) {
  return _mm256_loadu_si256((const __m256i *)(const void *)from);
}
ROPE_INLINE void copy_vector(uint16_t *to, const uint16_t *from) {
  _mm256_storeu_si256((__m256i *)(void *)to, load_vector(from));
}
ROPE_INLINE void stream_vector(uint16_t *to, const uint16_t *from) {
  stream_256(to, load_vector(from));
}
ROPE_INLINE void fence(void) { _mm_sfence(); }

ROPE_INLINE f32xn load_table(const float *from) { return _mm256_loadu_ps(from); }
ROPE_INLINE f32xn load_f32(const float *from) { return load_table(from); }
ROPE_INLINE void store_f32(float *to, f32xn v_f32x8) { _mm256_storeu_ps(to, v_f32x8); }
ROPE_INLINE f32xnp pairs_of_f32(f32xn v_f32x8) {
  const f32xnp pairs = {_mm256_moveldup_ps(v_f32x8), _mm256_movehdup_ps(v_f32x8)};
  return pairs;
}
#if defined(__GNUC__)
/* The load unit duplicates for nothing, but compilers load once and then shuffle twice. */
ROPE_INLINE f32xnp load_pairs_f32(const float *from) {
  const float(*memory)[8] = (const float(*)[8])(const void *)from;
  f32xnp pairs;
  __asm__("vmovsldup %1, %0" : "=x"(pairs.first) : "m"(*memory));
  __asm__("vmovshdup %1, %0" : "=x"(pairs.second) : "m"(*memory));
  return pairs;
}
#else
ROPE_INLINE f32xnp load_pairs_f32(const float *from) { return pairs_of_f32(load_f32(from)); }
#endif
ROPE_INLINE void stream_f32(float *to, f32xn v_f32x8) {
  stream_256(to, _mm256_castps_si256(v_f32x8));
}

ROPE_INLINE f32xn load_f16(const uint16_t *from) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)from));
}
ROPE_INLINE __m128i half_of(f32xn v_f32x8) {
  return _mm256_cvtps_ph(v_f32x8, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
ROPE_INLINE void store_f16(uint16_t *to, f32xn v_f32x8) {
  _mm_storeu_si128((__m128i *)(void *)to, half_of(v_f32x8));
}
ROPE_INLINE f32xnp pairs_of_f16(f32xn v_f32x8) {
  const f32xnp pairs = {v_f32x8, swap(v_f32x8)};
  return pairs;
}
ROPE_INLINE f32xnp load_pairs_f16(const uint16_t *from) { return pairs_of_f16(load_f16(from)); }
ROPE_INLINE void stream_f16(uint16_t *to, f32xn v_f32x8) { stream_128(to, half_of(v_f32x8)); }

/* A bfloat16 is the upper half of a float32: the even elements move up, the odd ones are there. */
ROPE_INLINE f32xn2 load_bf16(const uint16_t *from) {
  const __m256i v_u16x16 = _mm256_loadu_si256((const __m256i *)(const void *)from);
  f32xn2 block;
  block.even = _mm256_castsi256_ps(_mm256_slli_epi32(v_u16x16, 16));
  block.odd = _mm256_castsi256_ps(_mm256_and_si256(v_u16x16, _mm256_set1_epi32(-0x10000)));
  return block;
}
/*
 * Rounds to nearest even: the upper halves go up by one where the lower halves, less one if the
 * upper is even, reach 0x8000. A NaN of a rotation by `weight_bf16` has nothing in its lower half.
 */
ROPE_INLINE __m256i pack_bf16(f32xn2 block) {
  const __m256i even_u32x8 = _mm256_castps_si256(block.even);
  const __m256i odd_u32x8 = _mm256_castps_si256(block.odd);
  const __m256i high_u16x16 =
      _mm256_blend_epi16(_mm256_srli_epi32(even_u32x8, 16), odd_u32x8, 0xaa);
  const __m256i low_u16x16 =
      _mm256_blend_epi16(even_u32x8, _mm256_slli_epi32(odd_u32x8, 16), 0xaa);
  const __m256i is_even_u16x16 = _mm256_andnot_si256(high_u16x16, _mm256_set1_epi16(1));
  const __m256i carry_u16x16 =
      _mm256_srli_epi16(_mm256_subs_epu16(low_u16x16, is_even_u16x16), 15);
  return _mm256_add_epi16(high_u16x16, carry_u16x16);
}
ROPE_INLINE void store_bf16(uint16_t *to, f32xn2 block) {
  _mm256_storeu_si256((__m256i *)(void *)to, pack_bf16(block));
}
ROPE_INLINE void stream_bf16(uint16_t *to, f32xn2 block) { stream_256(to, pack_bf16(block)); }

/* Doubles, for rows of cos and sin. */
typedef __m256d f64xn;
ROPE_INLINE f64xn splat_f64(double v) { return _mm256_set1_pd(v); }
ROPE_INLINE f64xn load_f64(const double *from) { return _mm256_loadu_pd(from); }
ROPE_INLINE f64xn mul_f64(f64xn a, f64xn b) { return _mm256_mul_pd(a, b); }
ROPE_INLINE f64xn add_f64(f64xn a, f64xn b) { return _mm256_add_pd(a, b); }
ROPE_INLINE f64xn sub_f64(f64xn a, f64xn b) { return _mm256_sub_pd(a, b); }
ROPE_INLINE void store_rounded(float *to, f64xn v) {
  _mm_storeu_ps(to, _mm256_cvtpd_ps(v));
}

#include "part.h"

/*
 * float16 and bfloat16 to float32 and back, one number at a time, by integer arithmetic.
 * Widening is exact. Narrowing rounds to nearest even; a NaN keeps its sign and the top of its
 * payload and becomes quiet, as x86 F16C and Arm do.
 */
#ifndef ROPE_NARROW_H
#define ROPE_NARROW_H

#include <stdint.h>

#if defined(_MSC_VER) && !defined(__clang__)
#define ROPE_INLINE static __forceinline
#else
#define ROPE_INLINE static inline __attribute__((always_inline, unused))
#endif

ROPE_INLINE float rope_float_of(uint32_t bits) {
  union {
    uint32_t bits;
    float value;
  } both = {bits};
  return both.value;
}

ROPE_INLINE uint32_t rope_bits_of(float value) {
  union {
    float value;
    uint32_t bits;
  } both = {value};
  return both.bits;
}

ROPE_INLINE float rope_widen_bf16(uint16_t half) { return rope_float_of((uint32_t)half << 16); }

ROPE_INLINE uint16_t rope_narrow_bf16(float value) {
  uint32_t bits = rope_bits_of(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

ROPE_INLINE float rope_widen_f16(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t rest = (uint32_t)(half & 0x7fffu) << 13;
  if (rest >= 0x0f800000u) return rope_float_of(sign | 0x7f800000u | rest); /* Inf, NaN */
  /* Exponents differ by 112; as a product this is exact for subnormals too. */
  return rope_float_of(sign | rope_bits_of(rope_float_of(rest) * 0x1p112f));
}

ROPE_INLINE uint16_t rope_narrow_f16(float value) {
  uint32_t bits = rope_bits_of(value);
  uint32_t sign = bits >> 16 & 0x8000u;
  uint32_t rest = bits & 0x7fffffffu;
  if (rest > 0x7f800000u) return (uint16_t)(sign | 0x7e00u | (rest >> 13 & 0x3ffu));
  if (rest >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u); /* 65520 and more round to Inf */
  if (rest < 0x38800000u) { /* below 2^-14: adding 2^-1 rounds to multiples of 2^-24 */
    uint32_t sum = rope_bits_of(rope_float_of(rest) + 0.5f);
    return (uint16_t)(sign | (sum - 0x3f000000u));
  }
  return (uint16_t)(sign | ((rest - 0x38000000u + 0xfffu + (rest >> 13 & 1u)) >> 13));
}

#endif

/*
 * What the kernels are measured against: the formula of the project with one number at a time,
 * and conversions by exact arithmetic in double instead of by bits. Shares no code with src.
 */
#ifndef ROPE_TEST_ORACLE_H
#define ROPE_TEST_ORACLE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "rope/kernels.h"

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/* The value of a small float with `exponent` and `mantissa` bits below its sign. */
static inline double small_value(uint32_t half, int exponent, int mantissa) {
  const int bias = (1 << (exponent - 1)) - 1;
  const int e = (int)(half >> mantissa) & ((1 << exponent) - 1);
  const double fraction = half & ((1u << mantissa) - 1);
  const double sign = half >> (exponent + mantissa) & 1 ? -1 : 1;
  if (e == (1 << exponent) - 1) return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
  if (e == 0) return sign * ldexp(fraction, 1 - bias - mantissa);
  return sign * ldexp(ldexp(1, mantissa) + fraction, e - bias - mantissa);
}

/* The small float nearest to `value`, ties to even; NaN becomes some quiet NaN. */
static inline uint16_t small_nearest(double value, int exponent, int mantissa) {
  const int bias = (1 << (exponent - 1)) - 1;
  const uint32_t sign = signbit(value) ? 1u << (exponent + mantissa) : 0;
  const uint32_t infinity = ((1u << exponent) - 1) << mantissa;
  if (isnan(value)) return (uint16_t)(sign | infinity | 1u << (mantissa - 1));
  if (isinf(value)) return (uint16_t)(sign | infinity);
  int e = value == 0 ? 1 - bias : ilogb(value);
  if (e < 1 - bias) e = 1 - bias;
  const double units = nearbyint(ldexp(fabs(value), mantissa - e)); /* rounds to even */
  const double rest = ldexp((double)(e + bias - 1), mantissa) + units; /* carries by itself */
  return (uint16_t)(sign | (rest > infinity ? infinity : (uint32_t)rest));
}

static inline float widen(uint32_t bits, int dtype) {
  if (dtype == ROPE_f32) return float_of(bits);
  return dtype == ROPE_f16 ? (float)small_value(bits, 5, 10) : (float)small_value(bits, 8, 7);
}

static inline uint32_t narrow(float value, int dtype) {
  if (dtype == ROPE_f32) return bits_of(value);
  return dtype == ROPE_f16 ? small_nearest(value, 5, 10) : small_nearest(value, 8, 7);
}

static inline int is_nan_bits(uint32_t bits, int dtype) { return isnan(widen(bits, dtype)); }

/* Equal bit for bit, any NaN being as good as any other. */
static inline int same(uint32_t a, uint32_t b, int dtype) {
  return a == b || (is_nan_bits(a, dtype) && is_nan_bits(b, dtype));
}

/* Volatile keeps every product a float32 of its own, whatever the compiler's flags. */
static inline void oracle_pair(float x, float y, float c, float s, int direction, float *x_out,
                               float *y_out) {
  const volatile float turned = (float)direction * s;
  const volatile float xc = x * c, ys = y * turned, yc = y * c, xs = x * turned;
  *x_out = xc - ys;
  *y_out = yc + xs;
}

static inline uint32_t read_element(const void *data, int64_t index, int dtype) {
  return dtype == ROPE_f32 ? ((const uint32_t *)data)[index] : ((const uint16_t *)data)[index];
}

static inline void write_element(void *data, int64_t index, int dtype, uint32_t bits) {
  if (dtype == ROPE_f32) {
    ((uint32_t *)data)[index] = bits;
  } else {
    ((uint16_t *)data)[index] = (uint16_t)bits;
  }
}

static inline int64_t element_at(const rope_strides *strides, int64_t b, int64_t t, int64_t h,
                                 int64_t channel) {
  return b * strides->batch + t * strides->token + h * strides->head + channel * strides->channel;
}

/* A whole plan, index by index. */
static inline void oracle_run(const rope_plan *plan, const rope_view *views,
                              const rope_rotation *rotation) {
  for (int32_t o = 0; o < plan->operands; o++) {
    const rope_operand *operand = &plan->operand[o];
    for (int64_t b = 0; b < plan->batch; b++)
      for (int64_t t = 0; t < plan->tokens; t++)
        for (int64_t h = 0; h < operand->heads; h++) {
          if (!plan->in_place)
            for (int64_t c = 0; c < plan->head_dim; c++)
              write_element(views[o].target, element_at(&operand->target, b, t, h, c), plan->dtype,
                            read_element(views[o].source,
                                         element_at(&operand->source, b, t, h, c), plan->dtype));
          for (int64_t i = 0; i < plan->pairs; i++) {
            const int64_t x = plan->window_offset + i * plan->step, y = x + plan->partner;
            const int64_t row = (b * rotation->batch_stride + t) * plan->pairs + i;
            float x_out, y_out;
            oracle_pair(widen(read_element(views[o].source,
                                           element_at(&operand->source, b, t, h, x), plan->dtype),
                              plan->dtype),
                        widen(read_element(views[o].source,
                                           element_at(&operand->source, b, t, h, y), plan->dtype),
                              plan->dtype),
                        rotation->cos[row], rotation->sin[row], plan->direction, &x_out, &y_out);
            write_element(views[o].target, element_at(&operand->target, b, t, h, x), plan->dtype,
                          narrow(x_out, plan->dtype));
            write_element(views[o].target, element_at(&operand->target, b, t, h, y), plan->dtype,
                          narrow(y_out, plan->dtype));
          }
        }
  }
}

#endif

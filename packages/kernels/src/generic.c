/*
 * Rows with any channel stride and any pairing, one pair at a time. The formula of the project
 * stands here in its plainest form; every other row gives the same bits.
 */
#include "strict.h"

#include "narrow.h"
#include "rope/kernels.h"

typedef struct pair {
  float x, y;
} pair;

static pair rotate(pair p, float c, float s) {
  const float xc = p.x * c, ys = p.y * s, yc = p.y * c, xs = p.x * s;
  const pair turned = {xc - ys, yc + xs};
  return turned;
}

static void rows_f32(const rope_rows *rows) {
  const float *from = (const float *)rows->source;
  float *to = (float *)rows->target;
  for (ptrdiff_t r = 0; r < rows->count; r++) {
    for (ptrdiff_t i = 0; i < rows->pairs; i++) {
      const float *x = from + r * rows->source_row + i * rows->source_step;
      float *x_out = to + r * rows->target_row + i * rows->target_step;
      const pair p = {x[0], x[rows->source_partner]};
      const pair turned = rotate(p, rows->cos[i], rows->sin[i]);
      x_out[0] = turned.x;
      x_out[rows->target_partner] = turned.y;
    }
  }
}

static float widen(uint16_t half, int32_t dtype) {
  return dtype == ROPE_f16 ? rope_widen_f16(half) : rope_widen_bf16(half);
}

static uint16_t narrow(float value, int32_t dtype) {
  return dtype == ROPE_f16 ? rope_narrow_f16(value) : rope_narrow_bf16(value);
}

static void rows_16(const rope_rows *rows) {
  const uint16_t *from = (const uint16_t *)rows->source;
  uint16_t *to = (uint16_t *)rows->target;
  for (ptrdiff_t r = 0; r < rows->count; r++) {
    for (ptrdiff_t i = 0; i < rows->pairs; i++) {
      const uint16_t *x = from + r * rows->source_row + i * rows->source_step;
      uint16_t *x_out = to + r * rows->target_row + i * rows->target_step;
      const pair p = {widen(x[0], rows->dtype), widen(x[rows->source_partner], rows->dtype)};
      const pair turned = rotate(p, rows->cos[i], rows->sin[i]);
      x_out[0] = narrow(turned.x, rows->dtype);
      x_out[rows->target_partner] = narrow(turned.y, rows->dtype);
    }
  }
}

void rope_generic_rows(const rope_rows *rows) {
  if (rows->dtype == ROPE_f32) {
    rows_f32(rows);
  } else {
    rows_16(rows);
  }
}

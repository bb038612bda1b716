/*
 * What a call is, as numbers: the C twin of Plan, View and Rotation in @rope/core.
 * Fixed 32- and 64-bit words, so that JavaScript can write a plan into memory word by word;
 * everything has been validated before it arrives here. Sizes and strides count elements.
 */
#ifndef ROPE_PLAN_H
#define ROPE_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum { ROPE_f32 = 0, ROPE_f16 = 1, ROPE_bf16 = 2, ROPE_DTYPES = 3 };
enum { ROPE_MAX_OPERANDS = 2 };

/* Elements between neighbours along each axis; may be negative. */
typedef struct rope_strides {
  int64_t batch, token, head, channel;
} rope_strides;

/* One tensor (q or k). 9 words of 64 bits. */
typedef struct rope_operand {
  int64_t heads;
  rope_strides source, target;
} rope_operand;

/*
 * For every batch b, token t, head h, pair i:
 *   x at channel window_offset + i * step, y at that channel + partner, s' = direction * sin
 *   x' = round(round(x * cos) - round(y * s')),  y' = round(round(y * cos) + round(x * s'))
 * with every round() to float32, then one rounding to the element type.
 * Channels outside the window are copied when in_place is 0. 4 words of 32, 25 of 64 bits.
 */
typedef struct rope_plan {
  int32_t dtype;     /* ROPE_f32, ROPE_f16 or ROPE_bf16 */
  int32_t direction; /* 1 or -1 */
  int32_t in_place;  /* 1 when every target is its source */
  int32_t operands;  /* 1 or 2 */
  int64_t batch, tokens, head_dim, pairs, window_offset, step, partner;
  rope_operand operand[ROPE_MAX_OPERANDS];
} rope_plan;

/* Where an operand lies: the addresses of its elements [0, 0, 0, 0]. */
typedef struct rope_view {
  const void *source;
  void *target;
} rope_view;

/* cos and sin rows of `pairs` float32 values; row b * batch_stride + t serves token t of batch b. */
typedef struct rope_rotation {
  const float *cos, *sin;
  int64_t batch_stride;
} rope_rotation;

/* What the loop nest needs to know of the machine. Zero in a field means its default. */
typedef struct rope_machine {
  int64_t cache_bytes;  /* a core's own cache (L2); default 1 MiB */
  int64_t stream_bytes; /* out of place, outputs larger than this bypass the caches; 0: never.
                           Half of the last-level cache is a good value. */
} rope_machine;

/* Bytes of one element. */
static inline int64_t rope_element_bytes(int32_t dtype) { return dtype == ROPE_f32 ? 4 : 2; }

#endif

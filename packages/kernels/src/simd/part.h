/*
 * The first `count` elements of a block, for instruction sets without masks: through a small
 * buffer, because a block may end where memory ends.
 */
#ifndef ROPE_PART
#define ROPE_PART(dtype, element, block, size)                                   \
  ROPE_INLINE block load_part_##dtype(const element *from, ptrdiff_t count) {    \
    element part[size] = {0};                                                    \
    for (ptrdiff_t i = 0; i < count; i++) part[i] = from[i];                     \
    return load_##dtype(part);                                                   \
  }                                                                              \
  ROPE_INLINE void store_part_##dtype(element *to, ptrdiff_t count, block v) {   \
    element part[size];                                                          \
    store_##dtype(part, v);                                                      \
    for (ptrdiff_t i = 0; i < count; i++) to[i] = part[i];                       \
  }
#endif

#if ROPE_SPLIT_f32
ROPE_PART(f32, float, f32xn2, 2 * ROPE_LANES)
#else
ROPE_PART(f32, float, f32xn, ROPE_LANES)
#endif
#if ROPE_SPLIT_f16
ROPE_PART(f16, uint16_t, f32xn2, 2 * ROPE_LANES)
#else
ROPE_PART(f16, uint16_t, f32xn, ROPE_LANES)
#endif
#if ROPE_SPLIT_bf16
ROPE_PART(bf16, uint16_t, f32xn2, 2 * ROPE_LANES)
#else
ROPE_PART(bf16, uint16_t, f32xn, ROPE_LANES)
#endif

/* Table values, as many as there are, then zeros. */
ROPE_INLINE f32xn load_table_part(const float *from, ptrdiff_t count) {
  float part[ROPE_LANES] = {0};
  for (ptrdiff_t i = 0; i < count; i++) part[i] = from[i];
  return load_table(part);
}

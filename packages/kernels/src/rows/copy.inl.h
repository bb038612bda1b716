/* Copies rows of `pairs` elements, neighbours in memory: the channels outside the window. */

static void copy_row(uint16_t *to, const uint16_t *from, ptrdiff_t words) {
  const ptrdiff_t rest = words % (2 * ROPE_LANES);
  const ptrdiff_t whole = words - rest;
  for (ptrdiff_t i = 0; i < whole; i += 2 * ROPE_LANES) copy_vector(to + i, from + i);
  for (ptrdiff_t i = whole; i < words; i++) to[i] = from[i];
}

#if ROPE_STREAMS
static void stream_row(uint16_t *to, const uint16_t *from, ptrdiff_t words) {
  const ptrdiff_t rest = words % (2 * ROPE_LANES);
  const ptrdiff_t whole = words - rest;
  for (ptrdiff_t i = 0; i < whole; i += 2 * ROPE_LANES) stream_vector(to + i, from + i);
  for (ptrdiff_t i = whole; i < words; i++) to[i] = from[i];
}
#endif

void ROPE_EXPAND_2(rope_copy, ROPE_ISA_NAME)(const rope_rows *rows) {
  const ptrdiff_t words = rows->dtype == ROPE_f32 ? 2 : 1; /* 16-bit words of one element */
  const uint16_t *from = (const uint16_t *)rows->source;
  uint16_t *to = (uint16_t *)rows->target;
#if ROPE_STREAMS
  const uintptr_t next = (uintptr_t)rows->target_row * (uintptr_t)(2 * words);
  const int stream = rows->stream && (((uintptr_t)to | next) & 15) == 0;
#endif
  for (ptrdiff_t r = rows->count; r > 0; r--) {
#if ROPE_STREAMS
    if (stream) {
      stream_row(to, from, words * rows->pairs);
    } else
#endif
    copy_row(to, from, words * rows->pairs);
    from += words * rows->source_row;
    to += words * rows->target_row;
  }
}

#if ROPE_STREAMS
void ROPE_EXPAND_2(rope_fence, ROPE_ISA_NAME)(void) { fence(); }
#endif

/*
 * Rows of pairs (2 i, 2 i + 1): x and y are neighbours. Written once, included per element type
 * and instruction set. Each step takes ROPE_LANES pairs, 2 * ROPE_LANES elements.
 * Split types arrive as x and y already. The others keep the order of memory:
 *   (x, y) * (cos, cos) + (y, x) * (-sin, sin), the same roundings as one pair at a time.
 */

#if ROPE_SPLIT
typedef struct ROPE_OF(pair_table) {
  f32xn cos, sin;
} ROPE_OF(pair_table);

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_weights)(f32xn c, f32xn s, f32xn sign) {
  const ROPE_OF(pair_table) table = {clean(c), flip(clean(s), sign)};
  return table;
}

ROPE_INLINE f32xn2 ROPE_OF(pair_rotate)(f32xn2 v, ROPE_OF(pair_table) table) {
  const f32xn2 turned = {sub(mul(v.even, table.cos), mul(v.odd, table.sin)),
                         add(mul(v.odd, table.cos), mul(v.even, table.sin))};
  return turned;
}
#else
typedef struct ROPE_OF(pair_vectors) {
  f32xn low, high;
} ROPE_OF(pair_vectors);

typedef struct ROPE_OF(pair_table) {
  ROPE_OF(pair_vectors) cos, sin;
} ROPE_OF(pair_table);

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_weights)(f32xn c, f32xn s, f32xn sign) {
  const f32xn forward = flip(s, sign);
  const f32xn back = flip(forward, sign_mask(1));
  const ROPE_OF(pair_table) table = {{zip_low(c, c), zip_high(c, c)},
                                     {zip_low(back, forward), zip_high(back, forward)}};
  return table;
}

ROPE_INLINE f32xn ROPE_OF(pair_turn)(f32xn v, f32xn c, f32xn s) {
  return add(mul(v, c), mul(swap(v), s));
}
#endif

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_load)(const rope_rows *rows, const float *c,
                                                   const float *s) {
  return ROPE_OF(pair_weights)(load_table(c), load_table(s), sign_mask(rows->negate));
}

ROPE_INLINE void ROPE_OF(pair_block)(const ROPE_ELEMENT *from, ROPE_ELEMENT *to,
                                     ROPE_OF(pair_table) table) {
#if ROPE_SPLIT
  ROPE_OF(store)(to, ROPE_OF(pair_rotate)(ROPE_OF(load)(from), table));
#else
  const f32xn low = ROPE_OF(load)(from);
  const f32xn high = ROPE_OF(load)(from + ROPE_LANES);
  ROPE_OF(store)(to, ROPE_OF(pair_turn)(low, table.cos.low, table.sin.low));
  ROPE_OF(store)(to + ROPE_LANES, ROPE_OF(pair_turn)(high, table.cos.high, table.sin.high));
#endif
}

/* As pair_block, for the first `count` pairs, fewer than ROPE_LANES. */
ROPE_INLINE void ROPE_OF(pair_block_part)(const ROPE_ELEMENT *from, ROPE_ELEMENT *to,
                                          ptrdiff_t count, ROPE_OF(pair_table) table) {
#if ROPE_SPLIT
  const f32xn2 v = ROPE_OF(load_part)(from, 2 * count);
  ROPE_OF(store_part)(to, 2 * count, ROPE_OF(pair_rotate)(v, table));
#else
  const ptrdiff_t low = 2 * count < ROPE_LANES ? 2 * count : ROPE_LANES;
  const ptrdiff_t high = 2 * count - low;
  const f32xn low_v = ROPE_OF(load_part)(from, low);
  const f32xn high_v = ROPE_OF(load_part)(from + low, high);
  ROPE_OF(store_part)(to, low, ROPE_OF(pair_turn)(low_v, table.cos.low, table.sin.low));
  ROPE_OF(store_part)
  (to + low, high, ROPE_OF(pair_turn)(high_v, table.cos.high, table.sin.high));
#endif
}

ROPE_INLINE void ROPE_OF(pair_ahead)(const rope_rows *rows, const ROPE_ELEMENT *from) {
  const intptr_t size = (intptr_t)sizeof(ROPE_ELEMENT);
  if (rows->ahead != 0) fetch_ahead(from, rows->ahead * size, 2 * rows->pairs * size);
}

/* `columns` steps of the table stay in registers while all rows pass by. */
ROPE_INLINE void ROPE_OF(pair_hold)(const rope_rows *rows, ptrdiff_t i, const int columns) {
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source + 2 * i;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target + 2 * i;
  const float *c = rows->cos + i, *s = rows->sin + i;
  const ROPE_OF(pair_table) t0 = ROPE_OF(pair_load)(rows, c, s);
  ROPE_OF(pair_table) t1 = t0, t2 = t0, t3 = t0;
  if (columns > 1) t1 = ROPE_OF(pair_load)(rows, c + ROPE_LANES, s + ROPE_LANES);
  if (columns > 2) {
    t2 = ROPE_OF(pair_load)(rows, c + 2 * ROPE_LANES, s + 2 * ROPE_LANES);
    t3 = ROPE_OF(pair_load)(rows, c + 3 * ROPE_LANES, s + 3 * ROPE_LANES);
  }
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(pair_ahead)(rows, from);
    ROPE_OF(pair_block)(from, to, t0);
    if (columns > 1) ROPE_OF(pair_block)(from + 2 * ROPE_LANES, to + 2 * ROPE_LANES, t1);
    if (columns > 2) {
      ROPE_OF(pair_block)(from + 4 * ROPE_LANES, to + 4 * ROPE_LANES, t2);
      ROPE_OF(pair_block)(from + 6 * ROPE_LANES, to + 6 * ROPE_LANES, t3);
    }
    from += rows->source_row;
    to += rows->target_row;
  }
}

/* The last `count` pairs of every row, fewer than ROPE_LANES. */
static void ROPE_OF(pair_part)(const rope_rows *rows, ptrdiff_t i, ptrdiff_t count) {
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source + 2 * i;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target + 2 * i;
  const float *c = rows->cos + i, *s = rows->sin + i;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    const ROPE_OF(pair_table) table = ROPE_OF(pair_weights)(
        load_table_part(c, count), load_table_part(s, count), sign_mask(rows->negate));
    ROPE_OF(pair_block_part)(from, to, count, table);
    from += rows->source_row;
    to += rows->target_row;
    c += rows->table_row;
    s += rows->table_row;
  }
}

/* Row after row, the table read again for each: memory is walked in one direction. */
static void ROPE_OF(pair_sweep)(const rope_rows *rows, ptrdiff_t whole) {
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target;
  const float *c = rows->cos, *s = rows->sin;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(pair_ahead)(rows, from);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_LANES) {
      ROPE_OF(pair_block)(from + 2 * i, to + 2 * i, ROPE_OF(pair_load)(rows, c + i, s + i));
    }
    from += rows->source_row;
    to += rows->target_row;
    c += rows->table_row;
    s += rows->table_row;
  }
}

#if ROPE_STREAMS
/* As sweep, for targets that no cache should keep; their addresses are multiples of 16. */
static void ROPE_OF(pair_stream)(const rope_rows *rows, ptrdiff_t whole) {
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target;
  const float *c = rows->cos, *s = rows->sin;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(pair_ahead)(rows, from);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_LANES) {
      const ROPE_OF(pair_table) table = ROPE_OF(pair_load)(rows, c + i, s + i);
#if ROPE_SPLIT
      ROPE_OF(stream)(to + 2 * i, ROPE_OF(pair_rotate)(ROPE_OF(load)(from + 2 * i), table));
#else
      const f32xn low = ROPE_OF(load)(from + 2 * i);
      const f32xn high = ROPE_OF(load)(from + 2 * i + ROPE_LANES);
      ROPE_OF(stream)(to + 2 * i, ROPE_OF(pair_turn)(low, table.cos.low, table.sin.low));
      ROPE_OF(stream)
      (to + 2 * i + ROPE_LANES, ROPE_OF(pair_turn)(high, table.cos.high, table.sin.high));
#endif
    }
    from += rows->source_row;
    to += rows->target_row;
    c += rows->table_row;
    s += rows->table_row;
  }
}

ROPE_INLINE int ROPE_OF(pair_can_stream)(const rope_rows *rows) {
  const uintptr_t next = (uintptr_t)rows->target_row * sizeof(ROPE_ELEMENT);
  return (((uintptr_t)rows->target | next) & 15) == 0;
}
#endif

ROPE_INLINE void ROPE_OF(pair_columns)(const rope_rows *rows, ptrdiff_t whole) {
  ptrdiff_t i = 0;
#if ROPE_COLUMNS >= (ROPE_SPLIT ? 4 : 8)
  for (; i + 4 * ROPE_LANES <= whole; i += 4 * ROPE_LANES) ROPE_OF(pair_hold)(rows, i, 4);
#endif
#if ROPE_COLUMNS >= (ROPE_SPLIT ? 2 : 4)
  for (; i + 2 * ROPE_LANES <= whole; i += 2 * ROPE_LANES) ROPE_OF(pair_hold)(rows, i, 2);
#endif
  for (; i < whole; i += ROPE_LANES) ROPE_OF(pair_hold)(rows, i, 1);
}

void ROPE_KERNEL_NAME(interleaved)(const rope_rows *rows) {
  const ptrdiff_t rest = rows->pairs % ROPE_LANES;
  const ptrdiff_t whole = rows->pairs - rest;
#if ROPE_STREAMS
  if (rows->stream && ROPE_OF(pair_can_stream)(rows)) {
    ROPE_OF(pair_stream)(rows, whole);
  } else
#endif
  if (rows->table_row == 0 && (rows->hold || 2 * whole <= ROPE_COLUMNS * ROPE_LANES)) {
    ROPE_OF(pair_columns)(rows, whole);
  } else {
    ROPE_OF(pair_sweep)(rows, whole);
  }
  if (rest != 0) ROPE_OF(pair_part)(rows, whole, rest);
}

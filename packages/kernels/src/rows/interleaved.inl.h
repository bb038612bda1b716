/*
 * Rows of pairs (2 i, 2 i + 1): x and y are neighbours. Written once, included per element type
 * and instruction set. Each step takes ROPE_LANES pairs, 2 * ROPE_LANES elements.
 *
 * Split types arrive as x and y. The others stay in the order of memory, x' y' x' y' ..., as the
 * sum of two products, in the way that is cheaper to load (all roundings are the same):
 *   swapped:     (x, y) * (cos, cos) + (y, x) * (-sin, sin)
 *   duplicated:  (x, x) * (cos, sin) + (y, y) * (-sin, cos)
 */

#if ROPE_SPLIT
typedef struct ROPE_OF(pair_table) {
  f32xn cos, sin;
} ROPE_OF(pair_table);

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_weights)(f32xn c, f32xn s, f32xn sign) {
  const ROPE_OF(pair_table) table = {ROPE_OF(weight)(c), flip(ROPE_OF(weight)(s), sign)};
  return table;
}

ROPE_INLINE f32xn2 ROPE_OF(pair_rotate)(f32xn2 v, ROPE_OF(pair_table) table) {
  const f32xn2 turned = {sub(mul(v.even, table.cos), mul(v.odd, table.sin)),
                         add(mul(v.odd, table.cos), mul(v.even, table.sin))};
  return turned;
}
#else
/* Weights of the first and the second product, for the low and the high vector of a step. */
typedef struct ROPE_OF(pair_table) {
  f32xn first_low, first_high, second_low, second_high;
} ROPE_OF(pair_table);

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_weights)(f32xn c, f32xn s, f32xn sign) {
  const f32xn forward = flip(s, sign);
  const f32xn back = flip(forward, sign_mask(1));
#if ROPE_DUPLICATES
  const ROPE_OF(pair_table) table = {zip_low(c, forward), zip_high(c, forward), zip_low(back, c),
                                     zip_high(back, c)};
#else
  const ROPE_OF(pair_table) table = {zip_low(c, c), zip_high(c, c), zip_low(back, forward),
                                     zip_high(back, forward)};
#endif
  return table;
}

ROPE_INLINE f32xn ROPE_OF(pair_turn)(f32xnp v, f32xn first, f32xn second) {
  return add(mul(v.first, first), mul(v.second, second));
}
#endif

ROPE_INLINE ROPE_OF(pair_table) ROPE_OF(pair_load)(const rope_rows *rows, ptrdiff_t i) {
  return ROPE_OF(pair_weights)(load_table(rows->cos + i), load_table(rows->sin + i),
                               sign_mask(rows->negate));
}

ROPE_INLINE void ROPE_OF(pair_block)(const ROPE_ELEMENT *from, ROPE_ELEMENT *to,
                                     ROPE_OF(pair_table) table) {
#if ROPE_SPLIT
  ROPE_OF(store)(to, ROPE_OF(pair_rotate)(ROPE_OF(load)(from), table));
#else
  const f32xnp low = ROPE_OF(load_pairs)(from);
  const f32xnp high = ROPE_OF(load_pairs)(from + ROPE_LANES);
  ROPE_OF(store)(to, ROPE_OF(pair_turn)(low, table.first_low, table.second_low));
  ROPE_OF(store)(to + ROPE_LANES, ROPE_OF(pair_turn)(high, table.first_high, table.second_high));
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
  const f32xnp low_v = ROPE_OF(pairs_of)(ROPE_OF(load_part)(from, low));
  const f32xnp high_v = ROPE_OF(pairs_of)(ROPE_OF(load_part)(from + low, high));
  const f32xn low_turned = ROPE_OF(pair_turn)(low_v, table.first_low, table.second_low);
  const f32xn high_turned = ROPE_OF(pair_turn)(high_v, table.first_high, table.second_high);
  ROPE_OF(store_part)(to, low, low_turned);
  ROPE_OF(store_part)(to + low, high, high_turned);
#endif
}

ROPE_INLINE void ROPE_OF(pair_ahead)(const rope_rows *rows, const ROPE_ELEMENT *from) {
  const intptr_t size = (intptr_t)sizeof(ROPE_ELEMENT);
  if (rows->ahead != 0) fetch_ahead(from, rows->ahead * size, 2 * rows->pairs * size);
}

/* From pair i, `columns` steps of the table stay in registers while all rows pass by. */
ROPE_INLINE void ROPE_OF(pair_columns)(const rope_rows *rows, ptrdiff_t i, const int columns) {
  const ROPE_OF(pair_table) t0 = ROPE_OF(pair_load)(rows, i);
  ROPE_OF(pair_table) t1 = t0, t2 = t0, t3 = t0;
  if (columns > 1) t1 = ROPE_OF(pair_load)(rows, i + ROPE_LANES);
  if (columns > 2) {
    t2 = ROPE_OF(pair_load)(rows, i + 2 * ROPE_LANES);
    t3 = ROPE_OF(pair_load)(rows, i + 3 * ROPE_LANES);
  }
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source + 2 * i;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target + 2 * i;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    if (i == 0) ROPE_OF(pair_ahead)(rows, from);
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

/* The last `count` pairs of every row, from pair i: fewer than ROPE_LANES. */
static void ROPE_OF(pair_part)(const rope_rows *rows, ptrdiff_t i, ptrdiff_t count) {
  const ROPE_OF(pair_table) table =
      ROPE_OF(pair_weights)(load_table_part(rows->cos + i, count),
                            load_table_part(rows->sin + i, count), sign_mask(rows->negate));
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source + 2 * i;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target + 2 * i;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(pair_block_part)(from, to, count, table);
    from += rows->source_row;
    to += rows->target_row;
  }
}

#if ROPE_STREAMS
/* As half_stream: whole lines, row after row. */
static void ROPE_OF(pair_stream)(const rope_rows *rows, ptrdiff_t whole) {
  const ROPE_ELEMENT *from = (const ROPE_ELEMENT *)rows->source;
  ROPE_ELEMENT *to = (ROPE_ELEMENT *)rows->target;
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(pair_ahead)(rows, from);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_LANES) {
      const ROPE_OF(pair_table) table = ROPE_OF(pair_load)(rows, i);
#if ROPE_SPLIT
      ROPE_OF(stream)(to + 2 * i, ROPE_OF(pair_rotate)(ROPE_OF(load)(from + 2 * i), table));
#else
      const f32xnp low = ROPE_OF(load_pairs)(from + 2 * i);
      const f32xnp high = ROPE_OF(load_pairs)(from + 2 * i + ROPE_LANES);
      const f32xn low_turned = ROPE_OF(pair_turn)(low, table.first_low, table.second_low);
      const f32xn high_turned = ROPE_OF(pair_turn)(high, table.first_high, table.second_high);
      ROPE_OF(stream)(to + 2 * i, low_turned);
      ROPE_OF(stream)(to + 2 * i + ROPE_LANES, high_turned);
#endif
    }
    from += rows->source_row;
    to += rows->target_row;
  }
}

ROPE_INLINE int ROPE_OF(pair_can_stream)(const rope_rows *rows) {
  const uintptr_t next = (uintptr_t)rows->target_row * sizeof(ROPE_ELEMENT);
  return rows->stream && (((uintptr_t)rows->target | next) & 15) == 0;
}
#endif

static void ROPE_OF(pair_rows)(const rope_rows *rows) {
  const ptrdiff_t rest = rows->pairs % ROPE_LANES;
  const ptrdiff_t whole = rows->pairs - rest;
  ptrdiff_t i = 0;
#if ROPE_STREAMS
  if (ROPE_OF(pair_can_stream)(rows)) {
    ROPE_OF(pair_stream)(rows, whole);
    i = whole;
  }
#endif
#if ROPE_HELD >= 4
  for (; i + 4 * ROPE_LANES <= whole; i += 4 * ROPE_LANES) ROPE_OF(pair_columns)(rows, i, 4);
#endif
#if ROPE_HELD >= 2
  for (; i + 2 * ROPE_LANES <= whole; i += 2 * ROPE_LANES) ROPE_OF(pair_columns)(rows, i, 2);
#endif
  for (; i < whole; i += ROPE_LANES) ROPE_OF(pair_columns)(rows, i, 1);
  if (rest != 0) ROPE_OF(pair_part)(rows, whole, rest);
}

void ROPE_KERNEL_NAME(interleaved)(const rope_rows *rows) {
#if ROPE_GUARDED
  guarded_rows(rows, ROPE_OF(pair_rows), rows->negate);
#else
  ROPE_OF(pair_rows)(rows);
#endif
}

/*
 * Rows of pairs (i, i + partner): x and y are two runs of neighbours. Written once, included per
 * element type and instruction set. The caller rotates back by exchanging x and y.
 */

/* Where x and y of a row are read and written. */
typedef struct ROPE_OF(half_row) {
  const ROPE_ELEMENT *x, *y;
  ROPE_ELEMENT *x_out, *y_out;
} ROPE_OF(half_row);

ROPE_INLINE ROPE_OF(half_row) ROPE_OF(half_start)(const rope_rows *rows, ptrdiff_t i) {
  const ROPE_ELEMENT *source = (const ROPE_ELEMENT *)rows->source + i;
  ROPE_ELEMENT *target = (ROPE_ELEMENT *)rows->target + i;
  const ROPE_OF(half_row) row = {source, source + rows->source_partner,
                                 target, target + rows->target_partner};
  return row;
}

ROPE_INLINE void ROPE_OF(half_next)(const rope_rows *rows, ROPE_OF(half_row) * row) {
  row->x += rows->source_row;
  row->y += rows->source_row;
  row->x_out += rows->target_row;
  row->y_out += rows->target_row;
}

ROPE_INLINE void ROPE_OF(half_ahead)(const rope_rows *rows, const ROPE_OF(half_row) * row) {
  const intptr_t size = (intptr_t)sizeof(ROPE_ELEMENT);
  if (rows->ahead == 0) return;
  fetch_ahead(row->x < row->y ? row->x : row->y, rows->ahead * size, 2 * rows->pairs * size);
}

/* A block of table values, in the lane order of a block of elements. */
ROPE_INLINE ROPE_VECTOR ROPE_OF(half_table)(const float *table) {
#if ROPE_SPLIT
  return split(ROPE_OF(weight)(load_table(table)), ROPE_OF(weight)(load_table(table + ROPE_LANES)));
#else
  return load_table(table);
#endif
}

ROPE_INLINE ROPE_VECTOR ROPE_OF(half_table_part)(const float *table, ptrdiff_t count) {
#if ROPE_SPLIT
  const ptrdiff_t low = count < ROPE_LANES ? count : ROPE_LANES;
  return split(ROPE_OF(weight)(load_table_part(table, low)),
               ROPE_OF(weight)(load_table_part(table + low, count - low)));
#else
  return load_table_part(table, count);
#endif
}

ROPE_INLINE void ROPE_OF(half_block)(const ROPE_OF(half_row) * row, ptrdiff_t i, ROPE_VECTOR c,
                                     ROPE_VECTOR s) {
  const ROPE_VECTOR x = ROPE_OF(load)(row->x + i);
  const ROPE_VECTOR y = ROPE_OF(load)(row->y + i);
  ROPE_OF(store)(row->x_out + i, ROPE_SUB(ROPE_MUL(x, c), ROPE_MUL(y, s)));
  ROPE_OF(store)(row->y_out + i, ROPE_ADD(ROPE_MUL(y, c), ROPE_MUL(x, s)));
}

/* From pair i, `columns` blocks of the table stay in registers while all rows pass by. */
ROPE_INLINE void ROPE_OF(half_columns)(const rope_rows *rows, ptrdiff_t i, const int columns) {
  const float *c = rows->cos + i, *s = rows->sin + i;
  const ROPE_VECTOR c0 = ROPE_OF(half_table)(c), s0 = ROPE_OF(half_table)(s);
  ROPE_VECTOR c1 = c0, s1 = s0, c2 = c0, s2 = s0, c3 = c0, s3 = s0;
  if (columns > 1) {
    c1 = ROPE_OF(half_table)(c + ROPE_BLOCK);
    s1 = ROPE_OF(half_table)(s + ROPE_BLOCK);
  }
  if (columns > 2) {
    c2 = ROPE_OF(half_table)(c + 2 * ROPE_BLOCK);
    s2 = ROPE_OF(half_table)(s + 2 * ROPE_BLOCK);
    c3 = ROPE_OF(half_table)(c + 3 * ROPE_BLOCK);
    s3 = ROPE_OF(half_table)(s + 3 * ROPE_BLOCK);
  }
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows, i);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    if (i == 0) ROPE_OF(half_ahead)(rows, &row);
    ROPE_OF(half_block)(&row, 0, c0, s0);
    if (columns > 1) ROPE_OF(half_block)(&row, ROPE_BLOCK, c1, s1);
    if (columns > 2) {
      ROPE_OF(half_block)(&row, 2 * ROPE_BLOCK, c2, s2);
      ROPE_OF(half_block)(&row, 3 * ROPE_BLOCK, c3, s3);
    }
    ROPE_OF(half_next)(rows, &row);
  }
}

/* The last `count` pairs of every row, from pair i: fewer than a block. */
static void ROPE_OF(half_part)(const rope_rows *rows, ptrdiff_t i, ptrdiff_t count) {
  const ROPE_VECTOR c = ROPE_OF(half_table_part)(rows->cos + i, count);
  const ROPE_VECTOR s = ROPE_OF(half_table_part)(rows->sin + i, count);
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows, i);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    const ROPE_VECTOR x = ROPE_OF(load_part)(row.x, count);
    const ROPE_VECTOR y = ROPE_OF(load_part)(row.y, count);
    ROPE_OF(store_part)(row.x_out, count, ROPE_SUB(ROPE_MUL(x, c), ROPE_MUL(y, s)));
    ROPE_OF(store_part)(row.y_out, count, ROPE_ADD(ROPE_MUL(y, c), ROPE_MUL(x, s)));
    ROPE_OF(half_next)(rows, &row);
  }
}

#if ROPE_STREAMS
/*
 * For targets that no cache should keep; their addresses are multiples of 16. Row after row, so
 * that neighbouring stores fill whole lines before they leave the processor.
 */
static void ROPE_OF(half_stream)(const rope_rows *rows, ptrdiff_t whole) {
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows, 0);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(half_ahead)(rows, &row);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_BLOCK) {
      const ROPE_VECTOR c = ROPE_OF(half_table)(rows->cos + i);
      const ROPE_VECTOR s = ROPE_OF(half_table)(rows->sin + i);
      const ROPE_VECTOR x = ROPE_OF(load)(row.x + i);
      const ROPE_VECTOR y = ROPE_OF(load)(row.y + i);
      ROPE_OF(stream)(row.x_out + i, ROPE_SUB(ROPE_MUL(x, c), ROPE_MUL(y, s)));
      ROPE_OF(stream)(row.y_out + i, ROPE_ADD(ROPE_MUL(y, c), ROPE_MUL(x, s)));
    }
    ROPE_OF(half_next)(rows, &row);
  }
}

ROPE_INLINE int ROPE_OF(half_can_stream)(const rope_rows *rows) {
  const uintptr_t size = sizeof(ROPE_ELEMENT);
  const uintptr_t next = (uintptr_t)rows->target_row * size;
  const uintptr_t partner = (uintptr_t)rows->target_partner * size;
  return rows->stream && (((uintptr_t)rows->target | next | partner) & 15) == 0;
}
#endif

static void ROPE_OF(half_rows)(const rope_rows *rows) {
  const ptrdiff_t rest = rows->pairs % ROPE_BLOCK;
  const ptrdiff_t whole = rows->pairs - rest;
  ptrdiff_t i = 0;
#if ROPE_STREAMS
  if (ROPE_OF(half_can_stream)(rows)) {
    ROPE_OF(half_stream)(rows, whole);
    i = whole;
  }
#endif
#if ROPE_HELD >= 4
  for (; i + 4 * ROPE_BLOCK <= whole; i += 4 * ROPE_BLOCK) ROPE_OF(half_columns)(rows, i, 4);
#endif
#if ROPE_HELD >= 2
  for (; i + 2 * ROPE_BLOCK <= whole; i += 2 * ROPE_BLOCK) ROPE_OF(half_columns)(rows, i, 2);
#endif
  for (; i < whole; i += ROPE_BLOCK) ROPE_OF(half_columns)(rows, i, 1);
  if (rest != 0) ROPE_OF(half_part)(rows, whole, rest);
}

void ROPE_KERNEL_NAME(half)(const rope_rows *rows) {
#if ROPE_GUARDED
  guarded_rows(rows, ROPE_OF(half_rows), 0);
#else
  ROPE_OF(half_rows)(rows);
#endif
}

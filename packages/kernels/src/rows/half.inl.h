/*
 * Rows of pairs (i, i + partner): x and y are two runs of neighbours. Written once, included per
 * element type and instruction set. The caller rotates back by exchanging x and y.
 */

/* The place of a row: where its x and y are read and written, and its table. */
typedef struct ROPE_OF(half_row) {
  const ROPE_ELEMENT *x, *y;
  ROPE_ELEMENT *x_out, *y_out;
  const float *cos, *sin;
} ROPE_OF(half_row);

ROPE_INLINE ROPE_OF(half_row) ROPE_OF(half_start)(const rope_rows *rows) {
  const ROPE_ELEMENT *source = (const ROPE_ELEMENT *)rows->source;
  ROPE_ELEMENT *target = (ROPE_ELEMENT *)rows->target;
  const ROPE_OF(half_row) row = {source, source + rows->source_partner,
                                 target, target + rows->target_partner,
                                 rows->cos, rows->sin};
  return row;
}

ROPE_INLINE void ROPE_OF(half_ahead)(const rope_rows *rows, const ROPE_OF(half_row) * row) {
  const intptr_t size = (intptr_t)sizeof(ROPE_ELEMENT);
  if (rows->ahead == 0) return;
  fetch_ahead(row->x < row->y ? row->x : row->y, rows->ahead * size, 2 * rows->pairs * size);
}

ROPE_INLINE void ROPE_OF(half_next)(const rope_rows *rows, ROPE_OF(half_row) * row) {
  row->x += rows->source_row;
  row->y += rows->source_row;
  row->x_out += rows->target_row;
  row->y_out += rows->target_row;
  row->cos += rows->table_row;
  row->sin += rows->table_row;
}

/* A block of table values, in the lane order of a block of elements. */
ROPE_INLINE ROPE_VECTOR ROPE_OF(half_table)(const float *table) {
#if ROPE_SPLIT
  return split(clean(load_table(table)), clean(load_table(table + ROPE_LANES)));
#else
  return load_table(table);
#endif
}

ROPE_INLINE ROPE_VECTOR ROPE_OF(half_table_part)(const float *table, ptrdiff_t count) {
#if ROPE_SPLIT
  const ptrdiff_t low = count < ROPE_LANES ? count : ROPE_LANES;
  return split(clean(load_table_part(table, low)),
               clean(load_table_part(table + low, count - low)));
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

/* `columns` blocks of the table stay in registers while all rows pass by. */
ROPE_INLINE void ROPE_OF(half_hold)(const rope_rows *rows, ptrdiff_t i, const int columns) {
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows);
  const ROPE_VECTOR c0 = ROPE_OF(half_table)(row.cos + i);
  const ROPE_VECTOR s0 = ROPE_OF(half_table)(row.sin + i);
  ROPE_VECTOR c1 = c0, s1 = s0, c2 = c0, s2 = s0, c3 = c0, s3 = s0;
  if (columns > 1) {
    c1 = ROPE_OF(half_table)(row.cos + i + ROPE_BLOCK);
    s1 = ROPE_OF(half_table)(row.sin + i + ROPE_BLOCK);
  }
  if (columns > 2) {
    c2 = ROPE_OF(half_table)(row.cos + i + 2 * ROPE_BLOCK);
    s2 = ROPE_OF(half_table)(row.sin + i + 2 * ROPE_BLOCK);
    c3 = ROPE_OF(half_table)(row.cos + i + 3 * ROPE_BLOCK);
    s3 = ROPE_OF(half_table)(row.sin + i + 3 * ROPE_BLOCK);
  }
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(half_ahead)(rows, &row);
    ROPE_OF(half_block)(&row, i, c0, s0);
    if (columns > 1) ROPE_OF(half_block)(&row, i + ROPE_BLOCK, c1, s1);
    if (columns > 2) {
      ROPE_OF(half_block)(&row, i + 2 * ROPE_BLOCK, c2, s2);
      ROPE_OF(half_block)(&row, i + 3 * ROPE_BLOCK, c3, s3);
    }
    ROPE_OF(half_next)(rows, &row);
  }
}

/* The last `count` pairs of every row, fewer than a block. */
static void ROPE_OF(half_part)(const rope_rows *rows, ptrdiff_t i, ptrdiff_t count) {
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    const ROPE_VECTOR c = ROPE_OF(half_table_part)(row.cos + i, count);
    const ROPE_VECTOR s = ROPE_OF(half_table_part)(row.sin + i, count);
    const ROPE_VECTOR x = ROPE_OF(load_part)(row.x + i, count);
    const ROPE_VECTOR y = ROPE_OF(load_part)(row.y + i, count);
    ROPE_OF(store_part)(row.x_out + i, count, ROPE_SUB(ROPE_MUL(x, c), ROPE_MUL(y, s)));
    ROPE_OF(store_part)(row.y_out + i, count, ROPE_ADD(ROPE_MUL(y, c), ROPE_MUL(x, s)));
    ROPE_OF(half_next)(rows, &row);
  }
}

/* Row after row, the table read again for each: memory is walked in one direction. */
static void ROPE_OF(half_sweep)(const rope_rows *rows, ptrdiff_t whole) {
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(half_ahead)(rows, &row);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_BLOCK) {
      ROPE_OF(half_block)(&row, i, ROPE_OF(half_table)(row.cos + i),
                          ROPE_OF(half_table)(row.sin + i));
    }
    ROPE_OF(half_next)(rows, &row);
  }
}

#if ROPE_STREAMS
/* As sweep, for targets that no cache should keep; their addresses are multiples of 16. */
static void ROPE_OF(half_stream)(const rope_rows *rows, ptrdiff_t whole) {
  ROPE_OF(half_row) row = ROPE_OF(half_start)(rows);
  for (ptrdiff_t r = rows->count; r > 0; r--) {
    ROPE_OF(half_ahead)(rows, &row);
    for (ptrdiff_t i = 0; i < whole; i += ROPE_BLOCK) {
      const ROPE_VECTOR c = ROPE_OF(half_table)(row.cos + i);
      const ROPE_VECTOR s = ROPE_OF(half_table)(row.sin + i);
      const ROPE_VECTOR x = ROPE_OF(load)(row.x + i);
      const ROPE_VECTOR y = ROPE_OF(load)(row.y + i);
      ROPE_OF(stream)(row.x_out + i, ROPE_SUB(ROPE_MUL(x, c), ROPE_MUL(y, s)));
      ROPE_OF(stream)(row.y_out + i, ROPE_ADD(ROPE_MUL(y, c), ROPE_MUL(x, s)));
    }
    ROPE_OF(half_next)(rows, &row);
  }
}

ROPE_INLINE int ROPE_OF(half_can_stream)(const rope_rows *rows) {
  const ROPE_ELEMENT *target = (const ROPE_ELEMENT *)rows->target;
  const uintptr_t first = (uintptr_t)target;
  const uintptr_t next = (uintptr_t)rows->target_row * sizeof(ROPE_ELEMENT);
  const uintptr_t partner = (uintptr_t)rows->target_partner * sizeof(ROPE_ELEMENT);
  return ((first | next | partner) & 15) == 0;
}
#endif

ROPE_INLINE void ROPE_OF(half_columns)(const rope_rows *rows, ptrdiff_t whole) {
  ptrdiff_t i = 0;
#if ROPE_COLUMNS >= (ROPE_SPLIT ? 8 : 4)
  for (; i + 4 * ROPE_BLOCK <= whole; i += 4 * ROPE_BLOCK) ROPE_OF(half_hold)(rows, i, 4);
#endif
#if ROPE_COLUMNS >= (ROPE_SPLIT ? 4 : 2)
  for (; i + 2 * ROPE_BLOCK <= whole; i += 2 * ROPE_BLOCK) ROPE_OF(half_hold)(rows, i, 2);
#endif
  for (; i < whole; i += ROPE_BLOCK) ROPE_OF(half_hold)(rows, i, 1);
}

void ROPE_KERNEL_NAME(half)(const rope_rows *rows) {
  const ptrdiff_t rest = rows->pairs % ROPE_BLOCK;
  const ptrdiff_t whole = rows->pairs - rest;
#if ROPE_STREAMS
  if (rows->stream && ROPE_OF(half_can_stream)(rows)) {
    ROPE_OF(half_stream)(rows, whole);
  } else
#endif
  /* A row that fits into the registers as a whole is held and swept at once. */
  if (rows->table_row == 0 && (rows->hold || whole <= ROPE_COLUMNS * ROPE_LANES)) {
    ROPE_OF(half_columns)(rows, whole);
  } else {
    ROPE_OF(half_sweep)(rows, whole);
  }
  if (rest != 0) ROPE_OF(half_part)(rows, whole, rest);
}

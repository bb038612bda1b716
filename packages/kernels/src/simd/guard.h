/*
 * Keeps away from the float16 arithmetic of wasm128.h what it cannot do: rows that hold 2^14 or
 * more, Inf or NaN, and tables above 2. They are rare and take the generic rows.
 */
#define ROPE_TOO_LARGE 0x7400 /* 2^14; larger numbers, Inf and NaN have larger bits */

ROPE_INLINE v128_t magnitude_f16(const uint16_t *from) {
  return wasm_v128_and(wasm_v128_load(from), wasm_i16x8_const_splat(0x7fff));
}

/* True when the `count` float16 from here are all below 2^14. */
static int tame_run(const uint16_t *from, ptrdiff_t count) {
  const uint16_t *const end = from + count;
  v128_t most_i16x8 = wasm_i16x8_const_splat(0);
  int most = 0;
  for (; end - from >= 32; from += 32) {
    const v128_t low_i16x8 = wasm_i16x8_max(magnitude_f16(from), magnitude_f16(from + 8));
    const v128_t high_i16x8 = wasm_i16x8_max(magnitude_f16(from + 16), magnitude_f16(from + 24));
    most_i16x8 = wasm_i16x8_max(most_i16x8, wasm_i16x8_max(low_i16x8, high_i16x8));
  }
  for (; from < end; from++) {
    if ((*from & 0x7fff) > most) most = *from & 0x7fff;
  }
  const v128_t large_i16x8 =
      wasm_i16x8_gt(most_i16x8, wasm_i16x8_const_splat(ROPE_TOO_LARGE - 1));
  return most < ROPE_TOO_LARGE && !wasm_v128_any_true(large_i16x8);
}

/* True when x and y of `count` rows are all below 2^14. */
static int tame_rows(const rope_rows *rows, ptrdiff_t first, ptrdiff_t count) {
  const uint16_t *x = (const uint16_t *)rows->source + first * rows->source_row;
  const ptrdiff_t partner = rows->source_partner, pairs = rows->pairs;
  if (partner < 0) x += partner;
  const ptrdiff_t distance = partner < 0 ? -partner : partner;
  const int is_whole = distance == 1 || distance == pairs;
  if (is_whole && (count == 1 || rows->source_row == 2 * pairs)) {
    return tame_run(x, 2 * pairs * count);
  }
  int tame = 1;
  for (ptrdiff_t r = 0; tame && r < count; r++, x += rows->source_row) {
    tame = is_whole ? tame_run(x, 2 * pairs)
                    : tame_run(x, pairs) && tame_run(x + distance, pairs);
  }
  return tame;
}

ROPE_INLINE v128_t magnitude_f32(const float *from) {
  return wasm_i32x4_shl(wasm_v128_load(from), 1);
}

/* True when all of cos and sin lie between -2 and 2. Larger numbers and NaN have larger bits. */
static int tame_tables(const float *cos, const float *sin, ptrdiff_t count) {
  v128_t most_u32x4 = wasm_i32x4_const_splat(0);
  ptrdiff_t i = 0;
  int tame = 1;
  for (; count - i >= 8; i += 8) {
    const v128_t cos_u32x4 = wasm_u32x4_max(magnitude_f32(cos + i), magnitude_f32(cos + i + 4));
    const v128_t sin_u32x4 = wasm_u32x4_max(magnitude_f32(sin + i), magnitude_f32(sin + i + 4));
    most_u32x4 = wasm_u32x4_max(most_u32x4, wasm_u32x4_max(cos_u32x4, sin_u32x4));
  }
  for (; i < count; i++) {
    tame &= cos[i] >= -2.0f && cos[i] <= 2.0f && sin[i] >= -2.0f && sin[i] <= 2.0f;
  }
  const v128_t large_u32x4 = wasm_u32x4_gt(most_u32x4, wasm_u32x4_const_splat(0x80000000u));
  return tame && !wasm_v128_any_true(large_u32x4);
}

static void some_rows(const rope_rows *rows, ptrdiff_t first, ptrdiff_t count,
                      rope_rows_function *function) {
  rope_rows some = *rows;
  some.source = (const uint16_t *)rows->source + first * rows->source_row;
  some.target = (uint16_t *)rows->target + first * rows->target_row;
  some.count = count;
  function(&some);
}

/* The generic rows rotate back by exchanging x and y, as half rows do, but interleaved rows do not. */
static void generic_row(const rope_rows *rows, ptrdiff_t r, int exchange) {
  rope_rows generic = *rows;
  if (exchange) {
    generic.source = (const uint16_t *)rows->source + rows->source_partner;
    generic.target = (uint16_t *)rows->target + rows->target_partner;
    generic.source_partner = -rows->source_partner;
    generic.target_partner = -rows->target_partner;
  }
  some_rows(&generic, r, 1, rope_generic_rows);
}

/* All rows at once when all are tame, which is the rule; else one by one. */
static void guarded_rows(const rope_rows *rows, rope_rows_function *fast, int exchange) {
  const int tame = tame_tables(rows->cos, rows->sin, rows->pairs);
  if (tame && tame_rows(rows, 0, rows->count)) {
    fast(rows);
    return;
  }
  for (ptrdiff_t r = 0; r < rows->count; r++) {
    if (tame && tame_rows(rows, r, 1)) {
      some_rows(rows, r, 1, fast);
    } else {
      generic_row(rows, r, exchange);
    }
  }
}

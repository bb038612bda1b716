/* Arithmetic and tables of blocks of two vectors, the same for every instruction set. */
ROPE_INLINE f32xn2 mul2(f32xn2 a, f32xn2 b) {
  const f32xn2 block = {mul(a.even, b.even), mul(a.odd, b.odd)};
  return block;
}
ROPE_INLINE f32xn2 add2(f32xn2 a, f32xn2 b) {
  const f32xn2 block = {add(a.even, b.even), add(a.odd, b.odd)};
  return block;
}
ROPE_INLINE f32xn2 sub2(f32xn2 a, f32xn2 b) {
  const f32xn2 block = {sub(a.even, b.even), sub(a.odd, b.odd)};
  return block;
}
ROPE_INLINE f32xn2 split(f32xn low, f32xn high) {
  const f32xn2 block = {unzip_even(low, high), unzip_odd(low, high)};
  return block;
}

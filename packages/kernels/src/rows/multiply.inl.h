/* A row of cos and sin as the product of two rows in double, rounded once: see rope_factors. */

/* One pair; the vectors below do the same to ROPE_LANES_f64 of them. */
static void multiply_pair(const rope_factors *factors, ptrdiff_t i, float *cos, float *sin) {
  const double ca = factors->block_cos[i], sa = factors->block_sin[i];
  const double cb = factors->rest_cos[i], sb = factors->rest_sin[i];
  const double cc = ca * cb, ss = sa * sb, sc = sa * cb, cs = ca * sb;
  const double c = cc - ss, s = sc + cs;
  cos[i] = (float)(factors->attention_factor * c);
  sin[i] = (float)(factors->attention_factor * s);
}

void ROPE_EXPAND_2(rope_multiply, ROPE_ISA_NAME)(const rope_factors *factors, ptrdiff_t pairs,
                                                 float *cos, float *sin) {
  const f64xn attention_factor = splat_f64(factors->attention_factor);
  const ptrdiff_t whole = pairs - pairs % ROPE_LANES_f64;
  for (ptrdiff_t i = 0; i < whole; i += ROPE_LANES_f64) {
    const f64xn ca = load_f64(factors->block_cos + i), sa = load_f64(factors->block_sin + i);
    const f64xn cb = load_f64(factors->rest_cos + i), sb = load_f64(factors->rest_sin + i);
    const f64xn c = sub_f64(mul_f64(ca, cb), mul_f64(sa, sb));
    const f64xn s = add_f64(mul_f64(sa, cb), mul_f64(ca, sb));
    store_rounded(cos + i, mul_f64(attention_factor, c));
    store_rounded(sin + i, mul_f64(attention_factor, s));
  }
  for (ptrdiff_t i = whole; i < pairs; i++) multiply_pair(factors, i, cos, sin);
}

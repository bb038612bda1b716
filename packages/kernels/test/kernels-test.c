/*
 * Tests of the C itself. Each line of output is `ok NAME COUNT` or `not ok NAME DETAIL`, one per
 * check, COUNT being how many comparisons it made; the last line is `done CHECKS FAILURES`.
 *
 *   kernels-test [--exhaustive KERNEL]     narrows all 2^32 float32 with one kernel: minutes
 *
 * ISAs that this processor lacks are reported as `skip NAME REASON`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"

#include "narrow.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Elements behind the data that must stay as they are; the address sanitizer brings its own. */
#define CANARIES (SANITIZED ? 0 : 64)
#define CANARY 0x5eedu

static int checks, failures;

static void report(const char *name, int64_t compared, const char *detail) {
  checks++;
  if (detail == 0 && compared == 0) detail = "nothing was compared";
  if (detail != 0) failures++;
  if (detail != 0) {
    printf("not ok %s %s\n", name, detail);
  } else {
    printf("ok %s %lld\n", name, (long long)compared);
  }
}

/* xorshift64: the same numbers on every machine. */
static uint64_t state = 88172645463325252ull;
static uint32_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}
static int64_t random_below(int64_t n) { return (int64_t)(random_bits() % (uint32_t)n); }

/* Mostly ordinary numbers; one in eight is any bit pattern: NaN, Inf, subnormal, huge. */
static float random_float(void) {
  if (random_below(8) == 0) return float_of(random_bits());
  return ((float)random_bits() / 4294967296.0f - 0.5f) * 4.0f;
}
static uint32_t random_element(int dtype) {
  if (random_below(8) == 0) return dtype == ROPE_f32 ? random_bits() : random_bits() & 0xffff;
  return narrow(random_float(), dtype);
}

static int supported(int isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  /* Every processor with AVX2 has F16C; not every compiler knows the word. */
  if (isa == ROPE_ISA_avx2) return __builtin_cpu_supports("avx2");
  if (isa == ROPE_ISA_avx512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
#endif
  return rope_kernels_of(isa) != 0;
}

/* --- rows ----------------------------------------------------------------------------------- */

typedef struct shape {
  int pairing, dtype, pairs, rows, misaligned, in_place, stream, negate, ahead;
} shape;

static void *element_buffer(int64_t elements, int dtype) {
  void *data = malloc((size_t)(elements * rope_element_bytes(dtype)) + 1);
  if (data == 0) abort();
  return data;
}

/* Runs one kernel on one shape; 0 when all is well. */
static const char *row_case(rope_rows_function *kernel, const shape *at, int64_t *compared) {
  const int dtype = at->dtype, pairs = at->pairs;
  const int64_t row = 2 * pairs + (at->misaligned % 3), size = rope_element_bytes(dtype);
  const int64_t lead = at->misaligned, used = lead + (at->rows - 1) * row + 2 * pairs;
  const int64_t length = used + CANARIES;
  char *source_memory = element_buffer(length, dtype), *target_memory = element_buffer(length, dtype);
  char *expected = element_buffer(length, dtype);
  float *table = malloc((size_t)(2 * pairs) * sizeof(float));
  if (table == 0) abort();
  for (int64_t i = 0; i < 2 * pairs; i++) table[i] = random_float();
  for (int64_t i = 0; i < length; i++) {
    const uint32_t bits = i < lead || i >= used ? CANARY : random_element(dtype);
    write_element(source_memory, i, dtype, bits);
    write_element(target_memory, i, dtype, CANARY);
  }
  char *out = at->in_place ? source_memory : target_memory;
  memcpy(expected, out, (size_t)(length * size));

  const int64_t step = at->pairing == ROPE_half ? 1 : 2;
  const int64_t partner = at->pairing == ROPE_half ? pairs : 1;
  for (int r = 0; r < at->rows; r++)
    for (int i = 0; i < pairs; i++) {
      const int64_t x = lead + r * row + i * step, y = x + partner;
      float x_out, y_out;
      oracle_pair(widen(read_element(source_memory, x, dtype), dtype),
                  widen(read_element(source_memory, y, dtype), dtype), table[i],
                  table[pairs + i], at->negate ? -1 : 1, &x_out, &y_out);
      write_element(expected, x, dtype, narrow(x_out, dtype));
      write_element(expected, y, dtype, narrow(y_out, dtype));
    }

  const int exchanged = at->negate && at->pairing == ROPE_half;
  const int64_t first = (lead + (exchanged ? partner : 0)) * size;
  rope_rows rows;
  memset(&rows, 0, sizeof rows);
  rows.source = source_memory + first;
  rows.target = out + first;
  rows.cos = table;
  rows.sin = table + pairs;
  rows.count = at->rows;
  rows.pairs = pairs;
  rows.source_row = rows.target_row = (ptrdiff_t)row;
  rows.source_partner = rows.target_partner = (ptrdiff_t)(exchanged ? -partner : partner);
  rows.source_step = rows.target_step = (ptrdiff_t)step;
  rows.dtype = dtype;
  rows.negate = at->negate;
  rows.ahead = (ptrdiff_t)(at->ahead * row);
  rows.stream = at->stream;
  kernel(&rows);

  const char *detail = 0;
  static char text[256];
  for (int64_t i = 0; i < length && detail == 0; i++) {
    const uint32_t got = read_element(out, i, dtype), want = read_element(expected, i, dtype);
    (*compared)++;
    if (same(got, want, dtype)) continue;
    snprintf(text, sizeof text,
             "element %lld is %08x, not %08x: pairs=%d rows=%d misaligned=%d in_place=%d "
             "stream=%d negate=%d ahead=%d",
             (long long)(i - lead), got, want, pairs, at->rows, at->misaligned, at->in_place,
             at->stream, at->negate, at->ahead);
    detail = text;
  }
  free(source_memory);
  free(target_memory);
  free(expected);
  free(table);
  return detail;
}

/* All lengths 1..257; every misalignment at four of them, a changing one at the others. */
static void test_rows(const rope_kernel_entry *entry) {
  const char *detail = 0;
  int64_t compared = 0;
  const int vector = 64 / (int)rope_element_bytes(entry->dtype);
  for (int pairs = 1; pairs <= 257 && detail == 0; pairs++) {
    const int every = pairs == 16 || pairs == 37 || pairs == 64 || pairs == 131;
    for (int m = every ? 0 : pairs % vector; m < vector && detail == 0; m += every ? 1 : vector) {
      for (int variant = 0; variant < 16 && detail == 0; variant++) {
        const shape at = {entry->pairing, entry->dtype,     pairs,
                          variant % 5 == 0 ? 1 : 3,         m,
                          variant & 1,    variant >> 1 & 1, variant >> 2 & 1, variant >> 3 & 1};
        detail = row_case(entry->rows, &at, &compared);
      }
    }
  }
  report(entry->name, compared, detail);
}

static void test_generic(void) {
  const char *detail = 0;
  int64_t compared = 0;
  for (int v = 0; v < 3 * 2 * 65 && detail == 0; v++) {
    const shape at = {v & 1, v / 2 % 3, 1 + v / 6, 3, v % 7, v % 4 == 0, 0, 0, 0};
    detail = row_case(rope_generic_rows, &at, &compared);
  }
  report("rope_generic_rows", compared, detail);
}

/* --- rows of cos and sin ----------------------------------------------------------------------- */

/* Angles as they are, and one value in eight of any bits. */
static double random_double(void) {
  if (random_below(8) == 0) {
    const uint64_t bits = (uint64_t)random_bits() << 32 | random_bits();
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  return (random_bits() / 4294967296.0 - 0.5) * 2.0;
}

/* One value of a row: volatile keeps compilers from fusing what the kernels may not fuse. */
static float oracle_value(double a, double b, double c, double d, double sign, double factor) {
  volatile double first = a * b, second = c * d;
  volatile double sum = first + sign * second;
  volatile double product = factor * sum;
  return (float)product;
}

static const char *multiply_case(rope_multiply_function *multiply, int pairs, int misaligned,
                                 int64_t *compared) {
  static double input[4][257 + 8];
  static float output[2][257 + 16];
  static char text[128];
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < 257 + 8; i++) input[k][i] = random_double();
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 257 + 16; i++) output[k][i] = float_of(CANARY);
  const double *block_cos = input[0] + misaligned, *block_sin = input[1];
  const double *rest_cos = input[2] + misaligned, *rest_sin = input[3];
  const double factor = misaligned % 2 == 0 ? 1.0 : 1.2079441541679836;
  const rope_factors factors = {block_cos, block_sin, rest_cos, rest_sin, factor};
  float *cos = output[0] + misaligned, *sin = output[1];
  multiply(&factors, pairs, cos, sin);
  for (int i = 0; i < pairs; i++) {
    const float c =
        oracle_value(block_cos[i], rest_cos[i], block_sin[i], rest_sin[i], -1, factor);
    const float s = oracle_value(block_sin[i], rest_cos[i], block_cos[i], rest_sin[i], 1, factor);
    *compared += 2;
    if (same(bits_of(cos[i]), bits_of(c), ROPE_f32) && same(bits_of(sin[i]), bits_of(s), ROPE_f32))
      continue;
    snprintf(text, sizeof text, "pair %d of %d is %a and %a, not %a and %a", i, pairs, cos[i],
             sin[i], c, s);
    return text;
  }
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 257 + 16; i++) {
      const int first = k == 0 ? misaligned : 0;
      if (i >= first && i < first + pairs) continue;
      if (bits_of(output[k][i]) != CANARY) return "something outside the row was written";
    }
  return 0;
}

static void test_multiply(int isa) {
  char name[64];
  const char *detail = 0;
  int64_t compared = 0;
  for (int pairs = 0; pairs <= 257 && detail == 0; pairs++)
    for (int m = 0; m < 8 && detail == 0; m++)
      detail = multiply_case(rope_kernels_of(isa)->multiply, pairs, m, &compared);
  snprintf(name, sizeof name, "rope_multiply_%s", rope_kernels_of(isa)->isa);
  report(name, compared, detail);
}

/* --- conversions, through the kernels --------------------------------------------------------- */

enum { BATCH = 1024 };

/*
 * Exhaustive runs would take hours with the oracle. They use the scalar conversions of the
 * kernels, which the ordinary run compares with the oracle at every place where they change.
 */
static int exhaustive;

static uint32_t expected_narrow(float value, int dtype) {
  if (!exhaustive) return narrow(value, dtype);
  return dtype == ROPE_f16 ? rope_narrow_f16(value) : rope_narrow_bf16(value);
}

/*
 * Makes rows whose x' is any number v, in three ways that between them reach every exponent by
 * every path of a kernel:
 *   (1, 0) at cos = v;  (2^13, 0) at cos = v / 2^13;  (2^13, 2^13) at cos = v / 2^14 = -sin
 */
static const char *narrow_case(const rope_kernel_entry *entry, const float *values, int way,
                               int64_t *compared) {
  static uint16_t data[2 * BATCH];
  static float cos[BATCH], sin[BATCH];
  static char text[128];
  const float x = way == 0 ? 1.0f : 0x1p13f, y = way == 2 ? x : 0.0f;
  const float scale = way == 0 ? 1.0f : way == 1 ? 0x1p-13f : 0x1p-14f;
  const int step = entry->pairing == ROPE_half ? 1 : 2;
  const int partner = entry->pairing == ROPE_half ? BATCH : 1;
  for (int i = 0; i < BATCH; i++) {
    data[i * step] = (uint16_t)narrow(x, entry->dtype);
    data[i * step + partner] = (uint16_t)narrow(y, entry->dtype);
    cos[i] = values[i] * scale;
    sin[i] = way == 2 ? -cos[i] : 0.0f;
  }
  rope_rows rows;
  memset(&rows, 0, sizeof rows);
  rows.source = rows.target = data;
  rows.cos = cos;
  rows.sin = sin;
  rows.count = 1;
  rows.pairs = BATCH;
  rows.source_partner = rows.target_partner = partner;
  rows.source_step = rows.target_step = step;
  rows.dtype = entry->dtype;
  entry->rows(&rows);
  for (int i = 0; i < BATCH; i++) {
    float x_out, y_out;
    oracle_pair(x, y, cos[i], sin[i], 1, &x_out, &y_out);
    const uint32_t got = data[i * step], want = expected_narrow(x_out, entry->dtype);
    (*compared)++;
    if (got == want || same(got, want, entry->dtype)) continue;
    snprintf(text, sizeof text, "float32 %08x narrows to %04x, not %04x (way %d)", bits_of(x_out),
             got, want, way);
    return text;
  }
  return 0;
}

typedef struct batch {
  float values[BATCH];
  int count;
} batch;

static const char *push_value(const rope_kernel_entry *entry, batch *b, uint32_t bits,
                              int64_t *compared) {
  b->values[b->count++] = float_of(bits);
  if (b->count < BATCH) return 0;
  b->count = 0;
  const char *detail = 0;
  for (int way = 0; way < 3 && detail == 0; way++)
    detail = narrow_case(entry, b->values, way, compared);
  return detail;
}

/* Every small float, every midpoint between two of them, and the float32 next to each. */
static void test_narrow(const rope_kernel_entry *entry) {
  static batch b;
  char name[96];
  const char *detail = 0;
  int64_t compared = 0;
  b.count = 0;
  for (uint32_t half = 0; half < 65536 && detail == 0; half++) {
    const uint32_t here = bits_of(widen(half, entry->dtype));
    const uint32_t next = bits_of(widen((half & 0x7fff) == 0x7fff ? half : half + 1, entry->dtype));
    const uint32_t middle = here / 2 + next / 2 + (here & next & 1);
    for (int d = -1; d <= 1 && detail == 0; d++) {
      detail = push_value(entry, &b, here + (uint32_t)d, &compared);
      if (detail == 0) detail = push_value(entry, &b, middle + (uint32_t)d, &compared);
    }
  }
  for (int i = 0; i < 1 << 18 && detail == 0; i++)
    detail = push_value(entry, &b, random_bits(), &compared);
  snprintf(name, sizeof name, "%s narrows", entry->name);
  report(name, compared, detail);
}

static void test_narrow_exhaustively(const rope_kernel_entry *entry) {
  static batch b;
  char name[96];
  const char *detail = 0;
  int64_t compared = 0;
  uint32_t bits = 0;
  b.count = 0;
  exhaustive = 1;
  do detail = push_value(entry, &b, bits, &compared);
  while (detail == 0 && ++bits != 0);
  exhaustive = 0;
  snprintf(name, sizeof name, "%s narrows all float32", entry->name);
  report(name, compared, detail);
}

/* All 65,536 patterns in, cos = 1 and sin = 0: what comes out is what went in (NaN made quiet). */
static void test_widen(const rope_kernel_entry *entry) {
  static uint16_t data[2 * 65536];
  static float ones[65536], zeros[65536];
  char name[96], text[96];
  const char *detail = 0;
  const int step = entry->pairing == ROPE_half ? 1 : 2;
  const int partner = entry->pairing == ROPE_half ? 65536 : 1;
  for (int i = 0; i < 65536; i++) {
    data[i * step] = data[i * step + partner] = (uint16_t)i;
    ones[i] = 1;
    zeros[i] = 0;
  }
  rope_rows rows;
  memset(&rows, 0, sizeof rows);
  rows.source = rows.target = data;
  rows.cos = ones;
  rows.sin = zeros;
  rows.count = 1;
  rows.pairs = 65536;
  rows.source_partner = rows.target_partner = partner;
  rows.source_step = rows.target_step = step;
  rows.dtype = entry->dtype;
  entry->rows(&rows);
  for (int i = 0; i < 65536 && detail == 0; i++) {
    float x_out, y_out;
    const float value = widen((uint32_t)i, entry->dtype);
    oracle_pair(value, value, 1, 0, 1, &x_out, &y_out);
    if (same(data[i * step], narrow(x_out, entry->dtype), entry->dtype) &&
        same(data[i * step + partner], narrow(y_out, entry->dtype), entry->dtype))
      continue;
    snprintf(text, sizeof text, "%04x became %04x and %04x", i, data[i * step],
             data[i * step + partner]);
    detail = text;
  }
  snprintf(name, sizeof name, "%s widens", entry->name);
  report(name, 2 * 65536, detail);
}

/* --- whole plans ------------------------------------------------------------------------------ */

static int64_t at_least(int64_t a, int64_t b) { return a > b ? a : b; }

/* Strides of one of several memory orders, with gaps; returns the elements that they span. */
static int64_t random_strides(rope_strides *strides, int64_t batch, int64_t tokens, int64_t heads,
                              int64_t head_dim) {
  const int64_t gap = random_below(3);
  const int order = (int)random_below(4);
  if (order == 0) { /* bshd */
    strides->channel = 1;
    strides->head = head_dim + gap;
    strides->token = heads * strides->head + random_below(3);
    strides->batch = tokens * strides->token;
  } else if (order == 1) { /* bhsd */
    strides->channel = 1;
    strides->token = head_dim + gap;
    strides->head = tokens * strides->token + random_below(3);
    strides->batch = heads * strides->head;
  } else if (order == 2) { /* sbhd */
    strides->channel = 1;
    strides->head = head_dim + gap;
    strides->batch = heads * strides->head;
    strides->token = batch * strides->batch;
  } else { /* channels far apart */
    strides->head = 1;
    strides->channel = heads + gap;
    strides->token = head_dim * strides->channel;
    strides->batch = tokens * strides->token;
  }
  return (batch - 1) * strides->batch + (tokens - 1) * strides->token +
         (heads - 1) * strides->head + (head_dim - 1) * strides->channel + 1;
}

static const char *plan_case(const rope_kernels *kernels, int64_t *compared) {
  static char text[256];
  rope_plan plan;
  rope_view views[ROPE_MAX_OPERANDS], wanted[ROPE_MAX_OPERANDS];
  int64_t lengths[ROPE_MAX_OPERANDS];
  void *memory[3 * ROPE_MAX_OPERANDS] = {0};
  memset(&plan, 0, sizeof plan);
  plan.dtype = (int32_t)random_below(ROPE_DTYPES);
  plan.direction = random_below(2) ? 1 : -1;
  plan.in_place = (int32_t)random_below(2);
  plan.operands = 1 + (int32_t)random_below(2);
  plan.batch = 1 + random_below(3);
  plan.tokens = 1 + random_below(40);
  plan.pairs = 1 + random_below(70);
  plan.head_dim = 2 * plan.pairs + random_below(3) * random_below(20);
  plan.window_offset = random_below(plan.head_dim - 2 * plan.pairs + 1);
  const int interleaved = (int)random_below(2);
  plan.step = interleaved ? 2 : 1;
  plan.partner = interleaved ? 1 : plan.pairs;
  for (int32_t o = 0; o < plan.operands; o++) {
    rope_operand *operand = &plan.operand[o];
    operand->heads = 1 + random_below(6);
    int64_t source = random_strides(&operand->source, plan.batch, plan.tokens, operand->heads,
                                    plan.head_dim);
    int64_t target = source;
    operand->target = operand->source;
    if (!plan.in_place)
      target = random_strides(&operand->target, plan.batch, plan.tokens, operand->heads,
                              plan.head_dim);
    lengths[o] = target;
    const int64_t longest = at_least(source, target);
    void *data = memory[3 * o] = element_buffer(longest, plan.dtype);
    void *out = memory[3 * o + 1] = element_buffer(longest, plan.dtype);
    void *expected = memory[3 * o + 2] = element_buffer(longest, plan.dtype);
    for (int64_t i = 0; i < longest; i++) {
      write_element(data, i, plan.dtype, random_element(plan.dtype));
      write_element(out, i, plan.dtype, CANARY);
    }
    memcpy(expected, plan.in_place ? data : out, (size_t)(longest * rope_element_bytes(plan.dtype)));
    views[o].source = data;
    views[o].target = plan.in_place ? data : out;
    wanted[o].source = plan.in_place ? expected : data;
    wanted[o].target = expected;
  }
  const int shared = (int)random_below(2);
  const int64_t values = (shared ? 1 : plan.batch) * plan.tokens * plan.pairs;
  float *table = malloc((size_t)(2 * values) * sizeof(float));
  if (table == 0) abort();
  for (int64_t i = 0; i < 2 * values; i++) table[i] = random_float();
  const rope_rotation rotation = {table, table + values, shared ? 0 : plan.tokens};
  /* Small caches make small plans take every loop order, and stream. */
  const rope_machine machine = {random_below(3) * 16384 + 1, random_below(2) * 4096};

  rope_program program;
  rope_prepare(&program, kernels, &plan, &machine);

  oracle_run(&plan, wanted, &rotation);
  const int64_t units = rope_units(&plan);
  for (int64_t begin = 0; begin < units;) { /* in pieces, as threads would */
    int64_t end = random_below(2) ? units : begin + 1 + random_below(units - begin);
    rope_run(&program, views, &rotation, begin, end);
    begin = end;
  }

  const char *detail = 0;
  for (int32_t o = 0; o < plan.operands && detail == 0; o++)
    for (int64_t i = 0; i < lengths[o] && detail == 0; i++) {
      const uint32_t got = read_element(views[o].target, i, plan.dtype);
      const uint32_t want = read_element(wanted[o].target, i, plan.dtype);
      (*compared)++;
      if (same(got, want, plan.dtype)) continue;
      snprintf(text, sizeof text,
               "operand %d element %lld is %08x, not %08x: dtype=%d direction=%d in_place=%d "
               "batch=%lld tokens=%lld pairs=%lld head_dim=%lld offset=%lld step=%lld heads=%lld",
               o, (long long)i, got, want, plan.dtype, plan.direction, plan.in_place,
               (long long)plan.batch, (long long)plan.tokens, (long long)plan.pairs,
               (long long)plan.head_dim, (long long)plan.window_offset, (long long)plan.step,
               (long long)plan.operand[o].heads);
      detail = text;
    }
  for (int i = 0; i < 3 * ROPE_MAX_OPERANDS; i++) free(memory[i]);
  free(table);
  return detail;
}

/* No tokens, no batch entries, nothing to do: nothing may be read, and nothing divided by. */
static void test_nothing(int isa) {
  char name[64];
  rope_plan plan;
  rope_program program;
  memset(&plan, 0, sizeof plan);
  plan.direction = 1;
  plan.operands = 1;
  plan.pairs = plan.partner = plan.step = 1;
  plan.head_dim = 2;
  plan.operand[0].heads = 1;
  const rope_view view = {0, 0};
  const rope_rotation rotation = {0, 0, 0};
  rope_prepare(&program, rope_kernels_of(isa), &plan, 0);
  rope_run(&program, &view, &rotation, 0, rope_units(&plan));
  snprintf(name, sizeof name, "rope_run of nothing %s", rope_kernels_of(isa)->isa);
  report(name, 1, rope_units(&plan) == 0 ? 0 : "a plan without tokens has units");
}

static void test_plans(int isa) {
  char name[64];
  const char *detail = 0;
  int64_t compared = 0;
  for (int i = 0; i < (SANITIZED ? 300 : 600) && detail == 0; i++)
    detail = plan_case(rope_kernels_of(isa), &compared);
  snprintf(name, sizeof name, "rope_run %s", rope_kernels_of(isa)->isa);
  report(name, compared, detail);
}

int main(int argc, char **argv) {
  const char *all = argc > 2 && strcmp(argv[1], "--exhaustive") == 0 ? argv[2] : "";
  const rope_kernel_entry *entries;
  const int32_t count = rope_kernel_entries(&entries);
  setvbuf(stdout, 0, _IOLBF, 1 << 12);
  test_generic();
  for (int32_t i = 0; i < count; i++) {
    if (!supported(entries[i].isa)) {
      printf("skip %s this processor lacks its instruction set\n", entries[i].name);
      continue;
    }
    test_rows(&entries[i]);
    if (entries[i].dtype == ROPE_f32) continue;
    test_widen(&entries[i]);
    test_narrow(&entries[i]);
    if (strcmp(entries[i].name, all) == 0) test_narrow_exhaustively(&entries[i]);
  }
  for (int isa = 0; isa < ROPE_ISAS; isa++) {
    if (rope_kernels_of(isa) == 0 || !supported(isa)) continue;
    test_multiply(isa);
    test_plans(isa);
    test_nothing(isa);
  }
  printf("done %d %d\n", checks, failures);
  return failures != 0;
}

/*
 * The loop nest: which rows, in which order. The rows themselves know nothing of tensors.
 *
 * Data in cache: token after token, all heads of q, then all of k, column by column, so that a
 * token's cos and sin are fetched once and stay in registers.
 * Data from memory, walked in its own order. Heads of a token are neighbours (bshd, thd): the same,
 * but a page of heads at a time. Tokens of a head are neighbours (bhsd): tiles of tokens, and
 * inside a tile a few heads abreast, token after token. A token's cos and sin are then fetched
 * once for these heads, and the tile's table stays in cache until all heads have passed.
 */
#include "rope/kernels.h"

#define ROPE_DEFAULT_CACHE (1 << 20)
/* Distance of prefetching, and of passing by again for the next columns: a page (measured). */
#define ROPE_PAGE_BYTES 4096
/* Heads that walk abreast in head-major order (measured). */
#define ROPE_ABREAST 4

int64_t rope_plan_bytes(const rope_plan *plan) {
  int64_t heads = 0;
  for (int32_t i = 0; i < plan->operands; i++) heads += plan->operand[i].heads;
  return rope_units(plan) * heads * plan->head_dim * rope_element_bytes(plan->dtype);
}

static int64_t magnitude(int64_t value) { return value < 0 ? -value : value; }

static rope_rows_function *choose_rows(const rope_kernels *kernels, const rope_plan *plan,
                                       const rope_operand *operand) {
  rope_rows_function *rows = 0;
  if (operand->source.channel == 1 && operand->target.channel == 1) {
    if (plan->step == 1) rows = kernels->rows[ROPE_half][plan->dtype];
    if (plan->step == 2 && plan->partner == 1) rows = kernels->rows[ROPE_interleaved][plan->dtype];
  }
  return rows != 0 ? rows : rope_generic_rows;
}

/* Any channel strides, one element at a time. */
static void generic_copy(const rope_rows *rows) {
  const int wide = rows->dtype == ROPE_f32;
  for (ptrdiff_t r = 0; r < rows->count; r++) {
    for (ptrdiff_t i = 0; i < rows->pairs; i++) {
      const ptrdiff_t from = r * rows->source_row + i * rows->source_step;
      const ptrdiff_t to = r * rows->target_row + i * rows->target_step;
      if (wide) {
        ((uint32_t *)rows->target)[to] = ((const uint32_t *)rows->source)[from];
      } else {
        ((uint16_t *)rows->target)[to] = ((const uint16_t *)rows->source)[from];
      }
    }
  }
}

/* Rotating (x, y) back is rotating (y, x) forward: exchange the two, unless they interleave. */
static int exchanges(const rope_plan *plan, rope_rows_function *rows) {
  const int interleaved = plan->step == 2 && plan->partner == 1 && rows != rope_generic_rows;
  return plan->direction < 0 && !interleaved;
}

/* How many neighbours at this distance make up a page; at least one. */
static int64_t neighbours_per_page(int64_t distance, int32_t dtype) {
  const int64_t bytes = magnitude(distance) * rope_element_bytes(dtype);
  const int64_t count = bytes > 0 ? ROPE_PAGE_BYTES / bytes : 0;
  return count > 1 ? count : 1;
}

static void prepare_rows(rope_walk *walk, const rope_plan *plan) {
  const ptrdiff_t from = (ptrdiff_t)walk->source.channel, to = (ptrdiff_t)walk->target.channel;
  const ptrdiff_t step = (ptrdiff_t)plan->step, partner = (ptrdiff_t)plan->partner;
  const int exchange = exchanges(plan, walk->rows);
  const rope_rows fixed = {0};
  walk->fixed = fixed;
  walk->fixed.pairs = (ptrdiff_t)plan->pairs;
  walk->fixed.dtype = plan->dtype;
  walk->fixed.negate = plan->direction < 0;
  walk->fixed.source_row = (ptrdiff_t)walk->source.head;
  walk->fixed.target_row = (ptrdiff_t)walk->target.head;
  walk->fixed.source_step = step * from;
  walk->fixed.target_step = step * to;
  walk->fixed.source_partner = (exchange ? -partner : partner) * from;
  walk->fixed.target_partner = (exchange ? -partner : partner) * to;
  const int64_t neighbour = walk->token_major ? walk->source.head : walk->source.token;
  const int64_t page = neighbours_per_page(neighbour, plan->dtype);
  walk->fixed.ahead = (ptrdiff_t)(neighbour * page);
  walk->abreast = walk->token_major ? page : ROPE_ABREAST;
  walk->source_window = (plan->window_offset + (exchange ? partner : 0)) * from;
  walk->target_window = (plan->window_offset + (exchange ? partner : 0)) * to;
}

static void prepare_walk(rope_walk *walk, const rope_kernels *kernels, const rope_plan *plan,
                         const rope_operand *operand) {
  const int adjacent = operand->source.channel == 1 && operand->target.channel == 1;
  walk->rows = choose_rows(kernels, plan, operand);
  walk->copy = adjacent ? kernels->copy : generic_copy;
  walk->heads = operand->heads;
  walk->source = operand->source;
  walk->target = operand->target;
  walk->token_major = magnitude(operand->source.token) >= magnitude(operand->source.head);
  walk->copies = !plan->in_place && 2 * plan->pairs != plan->head_dim;
  prepare_rows(walk, plan);
}

/* Tokens of a tile: as many as leave most of the core's own cache to the data that pass by. */
static int64_t tile_tokens(const rope_program *program, int64_t cache) {
  const int64_t row = 2 * (int64_t)sizeof(float) * program->plan.pairs;
  const int64_t fitting = cache / 4 / (row > 0 ? row : 1);
  int head_major = 0;
  for (int32_t i = 0; i < program->plan.operands; i++) {
    head_major |= !program->walks[i].token_major;
  }
  return head_major && fitting > 1 ? fitting : 1;
}

void rope_prepare(rope_program *program, const rope_kernels *kernels, const rope_plan *plan,
                  const rope_machine *machine) {
  const int64_t cache =
      machine != 0 && machine->cache_bytes > 0 ? machine->cache_bytes : ROPE_DEFAULT_CACHE;
  const int64_t limit = machine != 0 ? machine->stream_bytes : 0;
  const int64_t bytes = rope_plan_bytes(plan);
  program->plan = *plan;
  for (int32_t i = 0; i < plan->operands; i++) {
    prepare_walk(&program->walks[i], kernels, plan, &plan->operand[i]);
  }
  program->cached = bytes * (plan->in_place ? 1 : 2) <= cache;
  program->tile = tile_tokens(program, cache);
  program->stream = !plan->in_place && limit > 0 && bytes > limit;
  program->fence = program->stream ? kernels->fence : 0;
}

/* A tile of tokens: which, where its table begins, and the rows as they were prepared. */
typedef struct tile {
  int64_t batch, token, count;
  const float *cos, *sin;
} tile;

/* Copies the channels [first, first + count) of the rows, whose channel 0 lies at from and to. */
static void copy_channels(const rope_walk *walk, const rope_rows *rows, const char *from, char *to,
                          int64_t first, int64_t count) {
  const int64_t size = rope_element_bytes(rows->dtype);
  rope_rows copied = *rows;
  if (count <= 0) return;
  copied.source = from + first * walk->source.channel * size;
  copied.target = to + first * walk->target.channel * size;
  copied.pairs = (ptrdiff_t)count;
  copied.source_step = (ptrdiff_t)walk->source.channel;
  copied.target_step = (ptrdiff_t)walk->target.channel;
  walk->copy(&copied);
}

/* `heads` heads of one token, whose channel 0 lies at from and to. */
static void run_heads(const rope_program *program, const rope_walk *walk, rope_rows *rows,
                      const char *from, char *to) {
  const int64_t size = rope_element_bytes(rows->dtype);
  rows->source = from + walk->source_window * size;
  rows->target = to + walk->target_window * size;
  walk->rows(rows);
  if (walk->copies && from != to) {
    const int64_t after = program->plan.window_offset + 2 * program->plan.pairs;
    copy_channels(walk, rows, from, to, 0, program->plan.window_offset);
    copy_channels(walk, rows, from, to, after, program->plan.head_dim - after);
  }
}

/* The heads [first, first + rows->count) of every token of the tile. */
static void run_tokens(const rope_program *program, const rope_walk *walk, const rope_view *view,
                       const tile *at, rope_rows *rows, int64_t first) {
  const int64_t size = rope_element_bytes(rows->dtype);
  const int64_t source = at->batch * walk->source.batch + at->token * walk->source.token;
  const int64_t target = at->batch * walk->target.batch + at->token * walk->target.token;
  const char *from = (const char *)view->source + (source + first * walk->source.head) * size;
  char *to = (char *)view->target + (target + first * walk->target.head) * size;
  rows->cos = at->cos;
  rows->sin = at->sin;
  for (int64_t i = 0; i < at->count; i++) {
    run_heads(program, walk, rows, from, to);
    from += walk->source.token * size;
    to += walk->target.token * size;
    rows->cos += rows->pairs;
    rows->sin += rows->pairs;
  }
}

static void run_tile(const rope_program *program, const rope_walk *walk, const rope_view *view,
                     const tile *at) {
  rope_rows rows = walk->fixed;
  const int64_t abreast = program->cached ? walk->heads : walk->abreast;
  rows.stream = program->stream && view->source != view->target;
  rows.ahead = program->cached ? 0 : walk->fixed.ahead;
  for (int64_t first = 0; first < walk->heads; first += abreast) {
    const int64_t rest = walk->heads - first;
    rows.count = (ptrdiff_t)(rest < abreast ? rest : abreast);
    run_tokens(program, walk, view, at, &rows, first);
  }
}

void rope_run(const rope_program *program, const rope_view *views, const rope_rotation *rotation,
              int64_t begin, int64_t end) {
  const rope_plan *plan = &program->plan;
  tile at;
  if (begin >= end) return; /* there may be no tokens to count by */
  at.batch = begin < plan->tokens ? 0 : begin / plan->tokens;
  at.token = begin - at.batch * plan->tokens;
  for (int64_t left = end - begin; left > 0; left -= at.count) {
    const int64_t row = at.batch * rotation->batch_stride + at.token;
    const int64_t rest = plan->tokens - at.token;
    at.count = program->tile < rest ? program->tile : rest;
    if (at.count > left) at.count = left;
    at.cos = rotation->cos + row * plan->pairs;
    at.sin = rotation->sin + row * plan->pairs;
    for (int32_t i = 0; i < plan->operands; i++) {
      run_tile(program, &program->walks[i], &views[i], &at);
    }
    at.token += at.count;
    if (at.token == plan->tokens) {
      at.token = 0;
      at.batch++;
    }
  }
  if (program->fence != 0) program->fence();
}

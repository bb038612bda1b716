/*
 * The loop nest: which rows, in which order. The rows themselves know nothing of tensors.
 *
 * Heads within a token are neighbours (bshd, thd): token after token, all heads of q, then all of
 * k, so that a token's cos and sin are fetched once. Tokens within a head are neighbours (bhsd):
 * tiles of tokens, and inside a tile head after head, so that the rows of a tile's table stay in
 * the core's own cache while every head passes by.
 */
#include "rope/kernels.h"

#define ROPE_DEFAULT_CACHE (1 << 20)

int64_t rope_plan_bytes(const rope_plan *plan) {
  int64_t heads = 0;
  for (int32_t i = 0; i < plan->operands; i++) heads += plan->operand[i].heads;
  return rope_units(plan) * heads * plan->head_dim * rope_element_bytes(plan->dtype);
}

/* An operand made ready: its row function and the fields of rope_rows that never change. */
typedef struct walk {
  rope_rows_function *rows, *copy;
  const rope_operand *operand;
  const char *source;
  char *target;
  rope_rows fixed;
  int token_major;
  int copies; /* 1 when channels outside the window must be copied */
} walk;

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

static void start_walk(walk *w, const rope_kernels *kernels, const rope_plan *plan,
                       const rope_operand *operand, const rope_view *view) {
  const ptrdiff_t source_channel = (ptrdiff_t)operand->source.channel;
  const ptrdiff_t target_channel = (ptrdiff_t)operand->target.channel;
  const int adjacent = source_channel == 1 && target_channel == 1;
  w->rows = choose_rows(kernels, plan, operand);
  w->copy = adjacent ? kernels->copy : generic_copy;
  w->operand = operand;
  w->source = (const char *)view->source;
  w->target = (char *)view->target;
  w->copies = view->source != view->target && 2 * plan->pairs != plan->head_dim;
  w->token_major =
      operand->heads > 1 && magnitude(operand->source.token) >= magnitude(operand->source.head);
  w->fixed.pairs = (ptrdiff_t)plan->pairs;
  w->fixed.dtype = plan->dtype;
  w->fixed.source_step = (ptrdiff_t)plan->step * source_channel;
  w->fixed.target_step = (ptrdiff_t)plan->step * target_channel;
  w->fixed.source_partner = (ptrdiff_t)plan->partner * source_channel;
  w->fixed.target_partner = (ptrdiff_t)plan->partner * target_channel;
  w->fixed.negate = plan->direction < 0;
}

/* Rotating (x, y) back is rotating (y, x) forward: exchange the two, unless they interleave. */
static int exchanges(const walk *w, const rope_plan *plan) {
  return plan->direction < 0 &&
         (w->rows == rope_generic_rows || !(plan->step == 2 && plan->partner == 1));
}

static void rotate_rows(const walk *w, const rope_plan *plan, rope_rows *rows, int64_t source,
                        int64_t target) {
  const int64_t size = rope_element_bytes(plan->dtype);
  const rope_strides *from = &w->operand->source, *to = &w->operand->target;
  int64_t source_window = source + plan->window_offset * from->channel;
  int64_t target_window = target + plan->window_offset * to->channel;
  if (exchanges(w, plan)) {
    source_window += plan->partner * from->channel;
    target_window += plan->partner * to->channel;
    rows->source_partner = -w->fixed.source_partner;
    rows->target_partner = -w->fixed.target_partner;
  }
  rows->source = w->source + source_window * size;
  rows->target = w->target + target_window * size;
  w->rows(rows);
}

/* Copies the channels [first, first + count) of the rows. */
static void copy_channels(const walk *w, const rope_rows *rows, int64_t source, int64_t target,
                          int64_t first, int64_t count) {
  const int64_t size = rope_element_bytes(rows->dtype);
  rope_rows copied = *rows;
  if (count <= 0) return;
  copied.source = w->source + (source + first * w->operand->source.channel) * size;
  copied.target = w->target + (target + first * w->operand->target.channel) * size;
  copied.pairs = (ptrdiff_t)count;
  copied.source_step = (ptrdiff_t)w->operand->source.channel;
  copied.target_step = (ptrdiff_t)w->operand->target.channel;
  w->copy(&copied);
}

static void run_rows(const walk *w, const rope_plan *plan, rope_rows *rows, int64_t source,
                     int64_t target) {
  rotate_rows(w, plan, rows, source, target);
  if (w->copies) {
    const int64_t after = plan->window_offset + 2 * plan->pairs;
    copy_channels(w, rows, source, target, 0, plan->window_offset);
    copy_channels(w, rows, source, target, after, plan->head_dim - after);
  }
}

/* Where a tile of tokens begins, and its first table row. */
typedef struct tile {
  int64_t batch, token, count;
  const float *cos, *sin;
} tile;

static void run_token_major(const walk *w, const rope_plan *plan, rope_rows *rows,
                            const tile *at) {
  const rope_strides *from = &w->operand->source, *to = &w->operand->target;
  rows->count = (ptrdiff_t)w->operand->heads;
  rows->source_row = (ptrdiff_t)from->head;
  rows->target_row = (ptrdiff_t)to->head;
  rows->table_row = 0;
  for (int64_t i = 0; i < at->count; i++) {
    rows->cos = at->cos + i * plan->pairs;
    rows->sin = at->sin + i * plan->pairs;
    run_rows(w, plan, rows, at->batch * from->batch + (at->token + i) * from->token,
             at->batch * to->batch + (at->token + i) * to->token);
  }
}

static void run_head_major(const walk *w, const rope_plan *plan, rope_rows *rows,
                           const tile *at) {
  const rope_strides *from = &w->operand->source, *to = &w->operand->target;
  rows->count = (ptrdiff_t)at->count;
  rows->source_row = (ptrdiff_t)from->token;
  rows->target_row = (ptrdiff_t)to->token;
  rows->table_row = (ptrdiff_t)plan->pairs;
  rows->cos = at->cos;
  rows->sin = at->sin;
  for (int64_t h = 0; h < w->operand->heads; h++) {
    run_rows(w, plan, rows, at->batch * from->batch + at->token * from->token + h * from->head,
             at->batch * to->batch + at->token * to->token + h * to->head);
  }
}

static void run_tile(const walk *w, const rope_plan *plan, const tile *at, int hold, int stream) {
  rope_rows rows = w->fixed;
  rows.hold = hold;
  rows.stream = stream && w->source != w->target;
  if (w->token_major || at->count == 1) {
    run_token_major(w, plan, &rows, at);
  } else {
    run_head_major(w, plan, &rows, at);
  }
}

/* Tokens of a tile: as many as leave room in the core's own cache for the data that pass by. */
static int64_t tile_tokens(const rope_plan *plan, const walk *walks, int64_t cache) {
  const int64_t table = 2 * (int64_t)sizeof(float) * plan->pairs;
  int head_major = 0;
  for (int32_t i = 0; i < plan->operands; i++) head_major |= !walks[i].token_major;
  if (!head_major) return 1;
  const int64_t fitting = cache / 4 / table;
  return fitting < 1 ? 1 : fitting;
}

void rope_run(const rope_kernels *kernels, const rope_plan *plan, const rope_view *views,
              const rope_rotation *rotation, const rope_machine *machine, int64_t begin,
              int64_t end) {
  const int64_t cache =
      machine != 0 && machine->cache_bytes > 0 ? machine->cache_bytes : ROPE_DEFAULT_CACHE;
  const int64_t limit = machine != 0 ? machine->stream_bytes : 0;
  if (begin >= end) return;
  const int64_t bytes = rope_plan_bytes(plan);
  const int64_t touched = bytes / rope_units(plan) * (end - begin) * (plan->in_place ? 1 : 2);
  const int hold = touched <= cache;
  const int stream = !plan->in_place && limit > 0 && bytes > limit;

  walk walks[ROPE_MAX_OPERANDS];
  for (int32_t i = 0; i < plan->operands; i++) {
    start_walk(&walks[i], kernels, plan, &plan->operand[i], &views[i]);
  }
  const int64_t most = tile_tokens(plan, walks, cache);

  tile at;
  at.batch = begin / plan->tokens;
  at.token = begin - at.batch * plan->tokens;
  for (int64_t left = end - begin; left > 0; left -= at.count) {
    const int64_t row = at.batch * rotation->batch_stride + at.token;
    const int64_t rest = plan->tokens - at.token;
    at.count = most < rest ? most : rest;
    if (at.count > left) at.count = left;
    at.cos = rotation->cos + row * plan->pairs;
    at.sin = rotation->sin + row * plan->pairs;
    for (int32_t i = 0; i < plan->operands; i++) run_tile(&walks[i], plan, &at, hold, stream);
    at.token += at.count;
    if (at.token == plan->tokens) {
      at.token = 0;
      at.batch++;
    }
  }
  if (stream && kernels->fence != 0) kernels->fence();
}

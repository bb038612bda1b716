#include "kernel.h"

#include <stddef.h>
#include <stdlib.h>

#include "pool.h"
#include "threads.h"

/* Chunks per thread: enough that a thread which lost its core for a while holds nobody up. */
enum { CHUNKS_PER_THREAD = 4 };

/* No chunk is smaller, or its edges would cost. */
#define SMALLEST_CHUNK_BYTES ((int64_t)128 << 10)

/* A sleeping pool is woken for this much, or for calls that follow each other this closely. */
#define BYTES_WORTH_WAKING ((int64_t)3 << 20)
#define STREAK_NANOSECONDS 200000

/* Doubles count exactly up to here, and so do JavaScript's offsets. */
static const double most = 9007199254740991.0;

static bool is_size(int64_t value) { return value >= 0 && (double)value <= most; }

static bool is_distance(int64_t value) { return (double)value >= -most && (double)value <= most; }

static bool are_distances(const rope_strides *strides) {
  return is_distance(strides->batch) && is_distance(strides->token) &&
         is_distance(strides->head) && is_distance(strides->channel);
}

static bool are_equal(const rope_strides *a, const rope_strides *b) {
  return a->batch == b->batch && a->token == b->token && a->head == b->head &&
         a->channel == b->channel;
}

/* True when the window, and every channel that the plan rotates, lies within the head. */
static bool has_sound_window(const rope_plan *plan) {
  if (!is_size(plan->head_dim) || !is_size(plan->pairs) || !is_size(plan->window_offset) ||
      !is_size(plan->step) || !is_size(plan->partner)) {
    return false;
  }
  const double head_dim = (double)plan->head_dim, offset = (double)plan->window_offset;
  if (offset + 2.0 * (double)plan->pairs > head_dim) return false;
  if (plan->pairs == 0) return true;
  const double last =
      offset + (double)(plan->pairs - 1) * (double)plan->step + (double)plan->partner;
  return last < head_dim && (double)plan->step <= head_dim;
}

/* In place, the target is where the source is: nobody looks at its memory. */
static bool is_sound_operand(const rope_plan *plan, const rope_operand *operand) {
  if (!is_size(operand->heads)) return false;
  if (!are_distances(&operand->source) || !are_distances(&operand->target)) return false;
  return !plan->in_place || are_equal(&operand->source, &operand->target);
}

static bool is_sound(const rope_plan *plan) {
  if (plan->dtype < 0 || plan->dtype >= ROPE_DTYPES) return false;
  if (plan->direction != 1 && plan->direction != -1) return false;
  if (plan->operands < 1 || plan->operands > ROPE_MAX_OPERANDS) return false;
  if (!is_size(plan->batch) || !is_size(plan->tokens) || !has_sound_window(plan)) return false;
  double elements = 0;
  for (int32_t i = 0; i < plan->operands; i++) {
    if (!is_sound_operand(plan, &plan->operand[i])) return false;
    elements += (double)plan->operand[i].heads;
  }
  return elements * (double)plan->batch * (double)plan->tokens * (double)plan->head_dim <= most / 4;
}

static bool is_empty(const rope_plan *plan, const rope_operand *operand) {
  return plan->batch == 0 || plan->tokens == 0 || operand->heads == 0 || plan->head_dim == 0;
}

/* Without elements there are no units, however many tokens a plan counts. */
static bool has_elements(const rope_plan *plan) {
  for (int32_t i = 0; i < plan->operands; i++) {
    if (!is_empty(plan, &plan->operand[i])) return true;
  }
  return false;
}

/* The reach of a view; false when it is beyond what can be counted. */
static bool find_span(const rope_plan *plan, const rope_operand *operand,
                      const rope_strides *strides, kernel_span *span) {
  const int64_t sizes[4] = {plan->batch, plan->tokens, operand->heads, plan->head_dim};
  const int64_t steps[4] = {strides->batch, strides->token, strides->head, strides->channel};
  double low = 0, high = 0;
  span->low = 0;
  span->high = -1;
  if (is_empty(plan, operand)) return true;
  for (int axis = 0; axis < 4; axis++) {
    const double reach = (double)(sizes[axis] - 1) * (double)steps[axis];
    if (reach < 0) low += reach;
    if (reach > 0) high += reach;
  }
  if (low < -most || high > most) return false;
  span->low = (int64_t)low;
  span->high = (int64_t)high;
  return true;
}

static bool find_spans(native_kernel *kernel) {
  const rope_plan *plan = &kernel->program.plan;
  for (int32_t i = 0; i < plan->operands; i++) {
    const rope_operand *operand = &plan->operand[i];
    if (!find_span(plan, operand, &operand->source, &kernel->source[i])) return false;
    if (!find_span(plan, operand, &operand->target, &kernel->target[i])) return false;
  }
  return true;
}

native_kernel *kernel_create(const rope_plan *plan, const rope_kernels *kernels,
                             const rope_machine *machine, int32_t most_threads) {
  if (!is_sound(plan)) return NULL;
  native_kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return NULL;
  kernel->program.plan = *plan;
  if (!find_spans(kernel)) {
    free(kernel);
    return NULL;
  }
  const rope_plan nothing = {
      .dtype = plan->dtype, .in_place = plan->in_place, .operands = plan->operands};
  plan = has_elements(plan) ? plan : &nothing;
  rope_prepare(&kernel->program, kernels, plan, machine);
  kernel->multiply = kernels->multiply;
  kernel->units = rope_units(plan);
  kernel->unit_bytes = kernel->units > 0 ? rope_plan_bytes(plan) / kernel->units : 0;
  kernel->most_threads = most_threads;
  kernel->split = kernel_split_of(kernel->units, kernel->unit_bytes, most_threads);
  return kernel;
}

void kernel_free(native_kernel *kernel) { free(kernel); }

int64_t kernel_table_length(const native_kernel *kernel, int64_t batch_stride) {
  const rope_plan *plan = &kernel->program.plan;
  if (kernel->units == 0) return 0;
  if (!is_size(batch_stride)) return -1;
  const double rows = (double)(plan->batch - 1) * (double)batch_stride + (double)plan->tokens;
  const double length = rows * (double)plan->pairs;
  return length <= most ? (int64_t)length : -1;
}

static int32_t threads_of(int64_t bytes, int32_t most_threads) {
  const int64_t justified = bytes / KERNEL_BYTES_PER_THREAD;
  if (justified <= 1) return 1;
  return justified < most_threads ? (int32_t)justified : most_threads;
}

kernel_split kernel_split_of(int64_t units, int64_t unit_bytes, int32_t most_threads) {
  const int32_t threads = threads_of(units * unit_bytes, most_threads);
  const int64_t parts = (int64_t)threads * CHUNKS_PER_THREAD;
  const int64_t even = (units + parts - 1) / parts;
  const int64_t least = unit_bytes == 0 ? 1 : (SMALLEST_CHUNK_BYTES + unit_bytes - 1) / unit_bytes;
  const kernel_split split = {threads, even > least ? even : least};
  return split;
}

/* What a job of the pool works on. */
typedef struct kernel_work {
  const native_kernel *kernel;
  const native_call *call;
} kernel_work;

static void run_alone(const native_kernel *kernel, const native_call *call, int64_t begin,
                      int64_t end) {
  rope_run(&kernel->program, call->views, &call->rotation, begin, end);
}

static void run_chunk(void *context, int64_t begin, int64_t end) {
  const kernel_work *work = context;
  run_alone(work->kernel, work->call, begin, end);
}

/*
 * Waking a sleeping thread costs 20 us and more on a virtual machine, during which one core rotates
 * a megabyte. Calls of less than three do without, unless they come one after the other: then the
 * second wakes the pool, which is awake for the third.
 */
static bool is_worth_waking(int64_t bytes) {
  static _Atomic int64_t last_call;
  if (bytes >= BYTES_WORTH_WAKING || pool_is_awake()) return true;
  const int64_t now = thread_nanoseconds();
  const int64_t last = atomic_exchange_explicit(&last_call, now, memory_order_relaxed);
  return now - last < STREAK_NANOSECONDS;
}

static void run_split(const native_kernel *kernel, const native_call *call, int64_t begin,
                      int64_t end, kernel_split split) {
  if (begin >= end) return;
  if (split.threads == 1 || !is_worth_waking((end - begin) * kernel->unit_bytes) ||
      pool_prepare(split.threads - 1) == 0) {
    run_alone(kernel, call, begin, end);
    return;
  }
  kernel_work work = {kernel, call};
  pool_job job = {.work = run_chunk,
                  .context = &work,
                  .begin = begin,
                  .end = end,
                  .chunk = split.chunk};
  pool_run(&job, split.threads - 1);
}

void kernel_run(const native_kernel *kernel, const native_call *call) {
  run_split(kernel, call, 0, kernel->units, kernel->split);
}

void kernel_run_range(const native_kernel *kernel, const native_call *call, int64_t begin,
                      int64_t end) {
  const kernel_split split = kernel_split_of(end - begin, kernel->unit_bytes, kernel->most_threads);
  run_split(kernel, call, begin, end, split);
}

/* A call that is on its way without the thread that made it. */
typedef struct kernel_task {
  pool_job job;
  kernel_work work;
  void (*done)(void *context);
  void *context;
} kernel_task;

/* On the last of the pool's threads, which has let go of the job. */
static void finish(void *context) {
  kernel_task *task = (kernel_task *)((char *)context - offsetof(kernel_task, work));
  void (*const done)(void *) = task->done;
  void *const theirs = task->context;
  free(task);
  done(theirs);
}

bool kernel_start(const native_kernel *kernel, const native_call *call, void (*done)(void *),
                  void *context) {
  const int32_t others = kernel->most_threads - 1; /* the calling thread does not take part */
  const kernel_split split = kernel_split_of(kernel->units, kernel->unit_bytes, others);
  if (others < 1 || kernel->units == 0 || pool_prepare(split.threads) == 0) return false;
  kernel_task *task = malloc(sizeof *task);
  if (task == NULL) return false;
  task->work = (kernel_work){kernel, call};
  task->done = done;
  task->context = context;
  task->job = (pool_job){.work = run_chunk,
                         .done = finish,
                         .context = &task->work,
                         .begin = 0,
                         .end = kernel->units,
                         .chunk = split.chunk};
  if (pool_start(&task->job, split.threads)) return true;
  free(task);
  return false;
}

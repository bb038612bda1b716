#include "limits.h"

#include <string.h>

#include "kernel.h"
#include "pool.h"

/* Work is counted in pages: no two threads write to one cache line. */
enum { PAGE_FLOATS = 1024 };

typedef void scale_function(float *x, int64_t count, float factor);

#define SCALE_LOOP                                      \
  for (int64_t i = 0; i < count; i++) x[i] *= factor;

static void scale_plain(float *x, int64_t count, float factor) { SCALE_LOOP }

#if ROPE_HAS_avx2 && (defined(__GNUC__) || defined(__clang__))
__attribute__((target("avx2"))) static void scale_avx2(float *x, int64_t count, float factor) {
  SCALE_LOOP
}
/* GCC would use half of the vector if it were not asked. */
#if defined(__clang__)
#define WIDE "avx512f"
#else
#define WIDE "avx512f,prefer-vector-width=512"
#endif
__attribute__((target(WIDE))) static void scale_avx512(float *x, int64_t count, float factor) {
  SCALE_LOOP
}
#else
#define scale_avx2 scale_plain
#define scale_avx512 scale_plain
#endif

static scale_function *scale_of(int32_t isa) {
  if (isa == ROPE_ISA_avx512) return scale_avx512;
  return isa == ROPE_ISA_avx2 ? scale_avx2 : scale_plain;
}

static int64_t pages_of(int64_t length) { return (length + PAGE_FLOATS - 1) / PAGE_FLOATS; }

static void work_on(const limit_work *work, const limit_array *array, int64_t begin, int64_t end) {
  const int64_t first = begin * PAGE_FLOATS;
  const int64_t last = end * PAGE_FLOATS < array->length ? end * PAGE_FLOATS : array->length;
  if (array->source == NULL) {
    scale_of(work->isa)(array->target + first, last - first, work->factor);
  } else {
    memmove(array->target + first, array->source + first, (size_t)(last - first) * sizeof(float));
  }
}

/* The pages [begin, end), counted through all arrays. */
static void run_pages(void *context, int64_t begin, int64_t end) {
  const limit_work *work = context;
  int64_t start = 0;
  for (int32_t i = 0; i < work->count; i++) {
    const int64_t stop = start + pages_of(work->arrays[i].length);
    const int64_t from = begin > start ? begin : start, to = end < stop ? end : stop;
    if (from < to) work_on(work, &work->arrays[i], from - start, to - start);
    start = stop;
  }
}

void limits_run(const limit_work *work, int32_t most_threads) {
  int64_t pages = 0;
  for (int32_t i = 0; i < work->count; i++) pages += pages_of(work->arrays[i].length);
  const int64_t page_bytes = PAGE_FLOATS * (int64_t)sizeof(float);
  const kernel_split split = kernel_split_of(pages, page_bytes, most_threads);
  if (split.threads == 1 || pool_prepare(split.threads - 1) == 0) {
    run_pages((void *)work, 0, pages);
    return;
  }
  pool_job job = {
      .work = run_pages, .context = (void *)work, .begin = 0, .end = pages, .chunk = split.chunk};
  pool_run(&job, split.threads - 1);
}

/*
 * The pool from several threads at once, as worker_threads use it: synchronous and asynchronous
 * jobs side by side, users that come and go. Made to be built with a thread sanitizer; by itself
 * it checks that every unit of every job is worked off exactly once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../addon/pool.h"
#include "../addon/threads.h"

enum { UNITS = 1000, CALLERS = 3, ROUNDS = 1000 };

typedef struct counted_job {
  pool_job job;
  int32_t counts[UNITS];
  thread_lock lock;
  thread_condition condition;
  bool over;
} counted_job;

static void count_units(void *context, int64_t begin, int64_t end) {
  counted_job *counted = context;
  for (int64_t i = begin; i < end; i++) counted->counts[i]++;
}

static void finish(void *context) {
  counted_job *counted = context;
  thread_lock_take(&counted->lock);
  counted->over = true;
  thread_wake_all(&counted->condition);
  thread_lock_leave(&counted->lock);
}

static void start_counting(counted_job *counted, int64_t begin, int64_t chunk) {
  const thread_lock lock = THREAD_LOCK_INIT;
  const thread_condition condition = THREAD_CONDITION_INIT;
  memset(counted, 0, sizeof *counted);
  counted->lock = lock;
  counted->condition = condition;
  counted->job.work = count_units;
  counted->job.context = counted;
  counted->job.begin = begin;
  counted->job.end = UNITS;
  counted->job.chunk = chunk;
}

static void check(const counted_job *counted) {
  for (int64_t i = 0; i < UNITS; i++) {
    const int32_t wanted = i >= counted->job.begin;
    if (counted->counts[i] == wanted) continue;
    printf("unit %d was worked off %d times, not %d\n", (int)i, counted->counts[i], wanted);
    exit(1);
  }
}

static void run_synchronously(int round) {
  counted_job counted;
  start_counting(&counted, round % 3, 1 + round % 50);
  pool_run(&counted.job, 1 + round % 4);
  check(&counted);
}

static void run_asynchronously(int round) {
  counted_job counted;
  start_counting(&counted, round % 3, 1 + round % 50);
  counted.job.done = finish;
  if (!pool_start(&counted.job, 1 + round % 4)) {
    printf("the pool has no threads\n");
    exit(1);
  }
  thread_lock_take(&counted.lock);
  while (!counted.over) thread_wait(&counted.condition, &counted.lock);
  thread_lock_leave(&counted.lock);
  check(&counted);
}

static void use_pool(int round) {
  pool_retain();
  if (pool_prepare(1 + round % 4) < 1) {
    printf("no thread could be made\n");
    exit(1);
  }
  run_synchronously(round);
  run_asynchronously(round);
  pool_release();
}

THREAD_BODY(call) {
  (void)unused;
  for (int round = 0; round < ROUNDS; round++) use_pool(round);
  return 0;
}

int main(void) {
  thread callers[CALLERS];
  for (int i = 0; i < CALLERS; i++) {
    if (!thread_start(&callers[i], call)) return 1;
  }
  for (int i = 0; i < CALLERS; i++) thread_join(callers[i]);
  for (int round = 0; round < ROUNDS; round++) use_pool(round);
  if (pool_threads() != 0) {
    printf("%d threads outlive their users\n", (int)pool_threads());
    return 1;
  }
  printf("done\n");
  return 0;
}

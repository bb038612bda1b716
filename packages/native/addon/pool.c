#include "pool.h"

#include <stddef.h>

#include "threads.h"

/* How long a thread looks for the next job, or a caller for its helpers, before it sleeps. */
enum { SPIN_NANOSECONDS = 50000, SPINS_PER_CLOCK = 64 };

static struct {
  thread_lock lock;
  thread_condition posted_condition;   /* there is a job, or it is time to stop */
  thread_condition finished_condition; /* some job has lost its last helper */
  pool_job *first;
  _Atomic int64_t posted; /* counts jobs and stops, so that a spinning thread sees them */
  _Atomic int32_t threads, sleeping; /* changed under the lock */
  int32_t waiting;
  bool stopping;
  thread thread[POOL_MAX_THREADS];
} pool = {.lock = THREAD_LOCK_INIT,
          .posted_condition = THREAD_CONDITION_INIT,
          .finished_condition = THREAD_CONDITION_INIT};

/* Beginning and ending take turns; `users` is guarded by it. */
static thread_lock life = THREAD_LOCK_INIT;
static int32_t users;

/* Waits until `*value` is no longer `seen`, but not for long. */
static void spin_while_64(_Atomic int64_t *value, int64_t seen) {
  const int64_t limit = thread_nanoseconds() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < SPINS_PER_CLOCK; i++) {
      if (atomic_load_explicit(value, memory_order_acquire) != seen) return;
      thread_pause();
    }
  } while (thread_nanoseconds() < limit);
}

/* Waits until `*value` is zero, but not for long. */
static void spin_until_zero(_Atomic int32_t *value) {
  const int64_t limit = thread_nanoseconds() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < SPINS_PER_CLOCK; i++) {
      if (atomic_load_explicit(value, memory_order_acquire) == 0) return;
      thread_pause();
    }
  } while (thread_nanoseconds() < limit);
}

static bool is_taken(const pool_job *job) {
  return atomic_load_explicit(&job->next, memory_order_relaxed) >= job->end;
}

/* Takes chunk after chunk until none is left. */
static void work_off(pool_job *job) {
  for (;;) {
    const int64_t begin = atomic_fetch_add_explicit(&job->next, job->chunk, memory_order_relaxed);
    if (begin >= job->end) return;
    const int64_t left = job->end - begin;
    job->work(job->context, begin, begin + (left < job->chunk ? left : job->chunk));
  }
}

/* The oldest job that wants one more thread. Under the lock. */
static pool_job *find_job(void) {
  for (pool_job *job = pool.first; job != NULL; job = job->following) {
    if (job->wanted > 0 && !is_taken(job)) return job;
  }
  return NULL;
}

/* Under the lock. */
static void append(pool_job *job) {
  pool_job **last = &pool.first;
  while (*last != NULL) last = &(*last)->following;
  *last = job;
}

/* Under the lock. */
static void unlink_job(pool_job *job) {
  pool_job **at = &pool.first;
  while (*at != job) at = &(*at)->following;
  *at = job->following;
}

/* Joins a job until it is taken. Under the lock, which is left meanwhile. */
static void help(pool_job *job) {
  job->wanted--;
  atomic_fetch_add_explicit(&job->active, 1, memory_order_relaxed);
  thread_lock_leave(&pool.lock);
  work_off(job);
  thread_lock_take(&pool.lock);
  void (*const done)(void *) = job->done;
  void *const context = job->context;
  /* After this line a job that somebody waits for may be gone. */
  const bool last = atomic_fetch_sub_explicit(&job->active, 1, memory_order_release) == 1;
  if (!last) return;
  if (done == NULL) {
    if (pool.waiting > 0) thread_wake_all(&pool.finished_condition);
    return;
  }
  unlink_job(job);
  thread_lock_leave(&pool.lock);
  done(context);
  thread_lock_take(&pool.lock);
}

/* Spins, then sleeps, until something is posted. Under the lock, which is left meanwhile. */
static void rest(void) {
  const int64_t seen = atomic_load_explicit(&pool.posted, memory_order_relaxed);
  thread_lock_leave(&pool.lock);
  spin_while_64(&pool.posted, seen);
  thread_lock_take(&pool.lock);
  atomic_fetch_add_explicit(&pool.sleeping, 1, memory_order_relaxed);
  while (atomic_load_explicit(&pool.posted, memory_order_relaxed) == seen) {
    thread_wait(&pool.posted_condition, &pool.lock);
  }
  atomic_fetch_sub_explicit(&pool.sleeping, 1, memory_order_relaxed);
}

THREAD_BODY(pool_thread) {
  (void)unused;
  thread_lock_take(&pool.lock);
  for (;;) {
    pool_job *job = find_job();
    if (job != NULL) {
      help(job);
    } else if (pool.stopping) {
      break;
    } else {
      rest();
    }
  }
  thread_lock_leave(&pool.lock);
  return 0;
}

/* Adds a job for up to `helpers` threads. A thread is woken without the lock, which it wants. */
static void post(pool_job *job, int32_t helpers) {
  thread_lock_take(&pool.lock);
  append(job);
  atomic_fetch_add_explicit(&pool.posted, 1, memory_order_release);
  const int32_t sleeping = atomic_load_explicit(&pool.sleeping, memory_order_relaxed);
  thread_lock_leave(&pool.lock);
  for (int32_t i = 0; i < helpers && i < sleeping; i++) thread_wake_one(&pool.posted_condition);
}

static void prepare_job(pool_job *job, int32_t helpers) {
  atomic_init(&job->next, job->begin);
  atomic_init(&job->active, 0);
  job->wanted = helpers;
  job->following = NULL;
}

void pool_run(pool_job *job, int32_t helpers) {
  prepare_job(job, helpers);
  post(job, helpers);
  work_off(job);

  thread_lock_take(&pool.lock);
  unlink_job(job); /* from here on nobody joins */
  thread_lock_leave(&pool.lock);
  spin_until_zero(&job->active);
  if (atomic_load_explicit(&job->active, memory_order_acquire) == 0) return;
  thread_lock_take(&pool.lock);
  pool.waiting++;
  while (atomic_load_explicit(&job->active, memory_order_acquire) != 0) {
    thread_wait(&pool.finished_condition, &pool.lock);
  }
  pool.waiting--;
  thread_lock_leave(&pool.lock);
}

bool pool_start(pool_job *job, int32_t helpers) {
  if (pool_threads() == 0 || job->begin >= job->end) return false;
  prepare_job(job, helpers);
  post(job, helpers);
  return true;
}

int32_t pool_prepare(int32_t wanted) {
  if (wanted > POOL_MAX_THREADS) wanted = POOL_MAX_THREADS;
  int32_t have = pool_threads();
  if (have >= wanted) return have;
  thread_lock_take(&pool.lock);
  have = pool_threads();
  while (have < wanted && thread_start(&pool.thread[have], pool_thread)) have++;
  atomic_store_explicit(&pool.threads, have, memory_order_relaxed);
  thread_lock_leave(&pool.lock);
  return have;
}

int32_t pool_threads(void) { return atomic_load_explicit(&pool.threads, memory_order_relaxed); }

bool pool_is_awake(void) {
  return atomic_load_explicit(&pool.sleeping, memory_order_relaxed) < pool_threads();
}

void pool_retain(void) {
  thread_lock_take(&life);
  users++;
  thread_lock_leave(&life);
}

static void stop_threads(void) {
  thread_lock_take(&pool.lock);
  const int32_t threads = pool_threads();
  pool.stopping = true;
  atomic_fetch_add_explicit(&pool.posted, 1, memory_order_release);
  thread_wake_all(&pool.posted_condition);
  thread_lock_leave(&pool.lock);
  for (int32_t i = 0; i < threads; i++) thread_join(pool.thread[i]);
  thread_lock_take(&pool.lock);
  atomic_store_explicit(&pool.threads, 0, memory_order_relaxed);
  pool.stopping = false;
  thread_lock_leave(&pool.lock);
}

void pool_release(void) {
  thread_lock_take(&life);
  users--;
  if (users == 0) stop_threads();
  thread_lock_leave(&life);
}

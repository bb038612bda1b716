/*
 * The threads beside the calling one: one pool for the whole process, whatever the number of
 * environments (worker_threads) that use it. Threads are made when the first job wants them, spin
 * for a moment after each job, then sleep, and end with the last environment.
 *
 * A job is a range of units that is worked off in chunks. Whoever works on it takes the next
 * chunk until none is left: a thread that comes late, or never, costs the others nothing.
 */
#ifndef ROPE_NATIVE_POOL_H
#define ROPE_NATIVE_POOL_H

#include <stdbool.h>
#include <stdint.h>

enum { POOL_MAX_THREADS = 255 };

#ifdef __cplusplus
extern "C" {
#else /* C++ has no such atomics: only C makes jobs */

#include <stdatomic.h>

/* Fields up to `end` are the caller's, the rest the pool's. A job stays where it is until done. */
typedef struct pool_job {
  void (*work)(void *context, int64_t begin, int64_t end);
  void (*done)(void *context); /* null when pool_run waits for the job */
  void *context;
  int64_t begin, end, chunk;
  _Atomic int64_t next;
  _Atomic int32_t active;
  int32_t wanted;
  struct pool_job *following;
} pool_job;

/* Works off a job with the calling thread and up to `helpers` others; returns when it is done. */
void pool_run(pool_job *job, int32_t helpers);

/*
 * Has up to `helpers` threads work off a job and calls done(context) on the last of them. False,
 * and nothing happens, when the pool has no thread at all.
 */
bool pool_start(pool_job *job, int32_t helpers);

#endif

/* An environment begins or ends to use the pool; the last one to end waits for the threads' end. */
void pool_retain(void);
void pool_release(void);

/* Makes the pool have `wanted` threads; returns how many it has, fewer if the system refuses. */
int32_t pool_prepare(int32_t wanted);

/* How many threads there are at this moment. */
int32_t pool_threads(void);

/* True when some thread is at work, or spins and would join at once. */
bool pool_is_awake(void);

#ifdef __cplusplus
}
#endif

#endif

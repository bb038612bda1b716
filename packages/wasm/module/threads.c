/*
 * The module with threads: the same kernels on shared memory, and workers that take chunks of a
 * call as they come. Nobody waits for a worker that sleeps or has not started: whoever has time,
 * the calling thread included, claims the next chunk until none is left; then the caller waits for
 * those that are being worked on, which is never long.
 */
#include <stdatomic.h>
#include <stdint.h>

#include "rope/kernels.h"

#define EXPORT(name) __attribute__((export_name(name)))

/* Looks at the claim word this often before it sleeps: some tens of microseconds. */
#define SPINS 20000

typedef struct job {
  const rope_program *program;
  rope_view views[ROPE_MAX_OPERANDS];
  rope_rotation rotation;
  int64_t begin, end, chunk;
} job;

static job current;

/*
 * The job's number (32 bits), its chunks (16) and how many of them are claimed (16) in one word, so
 * that a worker cannot mistake one job's chunks for another's. The fields of `current` do not change
 * while a claimed chunk is unfinished.
 */
static _Atomic uint64_t claims;
static _Atomic uint32_t finished;

static _Atomic int32_t posted; /* the word that sleepers wait for */
static _Atomic int32_t sleepers;
static _Atomic int32_t stopped;

static uint32_t chunks_of(uint64_t claim) { return (uint32_t)(claim >> 16 & 0xffff); }
static uint32_t claimed_of(uint64_t claim) { return (uint32_t)(claim & 0xffff); }

static void run_chunk(uint32_t index) {
  const int64_t begin = current.begin + index * current.chunk;
  const int64_t rest = current.end - begin;
  rope_run(current.program, current.views, &current.rotation, begin,
           begin + (rest < current.chunk ? rest : current.chunk));
}

static void work(void) {
  uint64_t claim = atomic_load(&claims);
  while (claimed_of(claim) < chunks_of(claim)) {
    if (!atomic_compare_exchange_weak(&claims, &claim, claim + 1)) continue;
    run_chunk(claimed_of(claim));
    atomic_fetch_add(&finished, 1);
    claim = atomic_load(&claims);
  }
}

/* As `run`, in chunks of `chunk` units, at most 65535 of them. One caller at a time. */
EXPORT("runChunks")
void run_chunks(const rope_program *program, const void *source_0, void *target_0,
                const void *source_1, void *target_1, const float *cos, const float *sin,
                int32_t batch_stride, int32_t begin, int32_t end, int32_t chunk) {
  const uint64_t number = (atomic_load(&claims) >> 32) + 1;
  const uint64_t chunks = (uint64_t)((end - begin + chunk - 1) / chunk);
  current.program = program;
  current.views[0].source = source_0;
  current.views[0].target = target_0;
  current.views[1].source = source_1;
  current.views[1].target = target_1;
  current.rotation.cos = cos;
  current.rotation.sin = sin;
  current.rotation.batch_stride = batch_stride;
  current.begin = begin;
  current.end = end;
  current.chunk = chunk;
  atomic_store(&finished, 0);
  atomic_store(&claims, number << 32 | chunks << 16);
  atomic_fetch_add(&posted, 1);
  if (atomic_load(&sleepers) > 0) __builtin_wasm_memory_atomic_notify((int *)&posted, chunks);
  work();
  while (atomic_load(&finished) != chunks) {
  }
}

/* A worker's life: spin, sleep, work; returns after `stop`. */
EXPORT("serve")
void serve(void) {
  while (!atomic_load(&stopped)) {
    const int32_t seen = atomic_load(&posted);
    work();
    for (int32_t i = 0; i < SPINS && atomic_load(&posted) == seen; i++) {
    }
    if (atomic_load(&posted) != seen) continue;
    atomic_fetch_add(&sleepers, 1);
    __builtin_wasm_memory_atomic_wait32((int *)&posted, seen, -1);
    atomic_fetch_sub(&sleepers, 1);
  }
}

EXPORT("stop")
void stop(void) {
  atomic_store(&stopped, 1);
  atomic_fetch_add(&posted, 1);
  __builtin_wasm_memory_atomic_notify((int *)&posted, UINT32_MAX);
}

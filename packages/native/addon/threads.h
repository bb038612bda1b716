/*
 * Threads as this addon needs them, over pthreads and over Windows: a lock, a condition, a thread
 * that takes no signals, a clock. Nothing else here knows which of the two it runs on.
 */
#ifndef ROPE_NATIVE_THREADS_H
#define ROPE_NATIVE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

/* The kernels need little; an address sanitizer needs more. */
enum { THREAD_STACK_BYTES = 1 << 20 };

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef SRWLOCK thread_lock;
typedef CONDITION_VARIABLE thread_condition;
typedef HANDLE thread;
typedef LPTHREAD_START_ROUTINE thread_body;

/* A function that a thread runs; it ends with `return 0`. */
#define THREAD_BODY(name) static DWORD WINAPI name(LPVOID unused)

#define THREAD_LOCK_INIT SRWLOCK_INIT
#define THREAD_CONDITION_INIT CONDITION_VARIABLE_INIT

static inline void thread_lock_take(thread_lock *lock) { AcquireSRWLockExclusive(lock); }
static inline void thread_lock_leave(thread_lock *lock) { ReleaseSRWLockExclusive(lock); }
static inline void thread_wait(thread_condition *condition, thread_lock *lock) {
  SleepConditionVariableSRW(condition, lock, INFINITE, 0);
}
static inline void thread_wake_one(thread_condition *condition) { WakeConditionVariable(condition); }
static inline void thread_wake_all(thread_condition *condition) {
  WakeAllConditionVariable(condition);
}
static inline bool thread_start(thread *made, thread_body body) {
  *made = CreateThread(NULL, THREAD_STACK_BYTES, body, NULL, 0, NULL);
  return *made != NULL;
}
static inline void thread_join(thread joined) {
  WaitForSingleObject(joined, INFINITE);
  CloseHandle(joined);
}
static inline int64_t thread_nanoseconds(void) {
  LARGE_INTEGER now, frequency;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&frequency);
  return (int64_t)((double)now.QuadPart / (double)frequency.QuadPart * 1e9);
}

#else

#include <pthread.h>
#include <signal.h>
#include <time.h>

typedef pthread_mutex_t thread_lock;
typedef pthread_cond_t thread_condition;
typedef pthread_t thread;
typedef void *(*thread_body)(void *);

/* A function that a thread runs; it ends with `return 0`. */
#define THREAD_BODY(name) static void *name(void *unused)

#define THREAD_LOCK_INIT PTHREAD_MUTEX_INITIALIZER
#define THREAD_CONDITION_INIT PTHREAD_COND_INITIALIZER

static inline void thread_lock_take(thread_lock *lock) { pthread_mutex_lock(lock); }
static inline void thread_lock_leave(thread_lock *lock) { pthread_mutex_unlock(lock); }
static inline void thread_wait(thread_condition *condition, thread_lock *lock) {
  pthread_cond_wait(condition, lock);
}
static inline void thread_wake_one(thread_condition *condition) { pthread_cond_signal(condition); }
static inline void thread_wake_all(thread_condition *condition) {
  pthread_cond_broadcast(condition);
}

/* Signals are for the threads of Node: ours block all of them. */
static inline bool thread_start(thread *made, thread_body body) {
  sigset_t all, before;
  pthread_attr_t attributes;
  sigfillset(&all);
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(made, &attributes, body, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return failed == 0;
}
static inline void thread_join(thread joined) { pthread_join(joined, NULL); }
static inline int64_t thread_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif

/* A breath inside a spin loop: cheaper for the core, and for the one it shares its units with. */
static inline void thread_pause(void) {
#if defined(_MSC_VER) && !defined(__clang__)
  YieldProcessor();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif

#include "machine.h"

#if ROPE_HAS_avx2
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#else
#include <unistd.h>
#endif

#if ROPE_HAS_avx2

typedef struct cpuid_words {
  uint32_t eax, ebx, ecx, edx;
} cpuid_words;

static cpuid_words cpuid(uint32_t leaf) {
  cpuid_words words = {0, 0, 0, 0};
#if defined(_MSC_VER)
  int32_t values[4];
  __cpuidex(values, 0, 0);
  if ((uint32_t)values[0] < leaf) return words;
  __cpuidex(values, (int32_t)leaf, 0);
  words.eax = (uint32_t)values[0];
  words.ebx = (uint32_t)values[1];
  words.ecx = (uint32_t)values[2];
  words.edx = (uint32_t)values[3];
#else
  (void)__get_cpuid_count(leaf, 0, &words.eax, &words.ebx, &words.ecx, &words.edx);
#endif
  return words;
}

/* Which registers the operating system saves: extended control register 0. */
static uint64_t saved_registers(void) {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  __asm__ __volatile__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
#endif
}

static bool has_all(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

/* Bits as numbered in Intel's Software Developer's Manual, volume 2, CPUID. */
static bool supports_x86(bool wide) {
  const cpuid_words basic = cpuid(1), extended = cpuid(7);
  const uint32_t osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29;
  const uint32_t avx2 = 1u << 5;
  const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; /* F, DQ, BW, VL */
  const uint32_t vnni = 1u << 11;
  const uint64_t vectors = 0x6, masks_and_wide_vectors = 0xe0;
  if (!has_all(basic.ecx, osxsave | avx | f16c) || !has_all(extended.ebx, avx2)) return false;
  const uint64_t saved = saved_registers();
  if ((saved & vectors) != vectors) return false;
  if (!wide) return true;
  return has_all(extended.ebx, avx512) && has_all(extended.ecx, vnni) &&
         (saved & masks_and_wide_vectors) == masks_and_wide_vectors;
}

#endif

bool machine_supports(int32_t isa) {
  if (rope_kernels_of(isa) == 0) return false;
#if ROPE_HAS_avx2
  if (isa == ROPE_ISA_avx2) return supports_x86(false);
  if (isa == ROPE_ISA_avx512) return supports_x86(true);
#endif
  return true; /* scalar always; neon is part of every 64-bit Arm */
}

#if defined(_WIN32)

static int64_t cache_of_level(int level) {
  static SYSTEM_LOGICAL_PROCESSOR_INFORMATION entries[1024];
  DWORD bytes = sizeof entries;
  if (!GetLogicalProcessorInformation(entries, &bytes)) return 0;
  for (DWORD i = 0; i < bytes / sizeof entries[0]; i++) {
    if (entries[i].Relationship == RelationCache && entries[i].Cache.Level == level) {
      return (int64_t)entries[i].Cache.Size;
    }
  }
  return 0;
}
int64_t machine_core_cache(void) { return cache_of_level(2); }
int64_t machine_shared_cache(void) { return cache_of_level(3); }

#elif defined(__APPLE__)

static int64_t cache_named(const char *name) {
  int64_t value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 ? value : 0;
}
int64_t machine_core_cache(void) { return cache_named("hw.l2cachesize"); }
int64_t machine_shared_cache(void) {
  const int64_t shared = cache_named("hw.l3cachesize");
  return shared > 0 ? shared : machine_core_cache();
}

#else

static int64_t positive(long value) { return value > 0 ? (int64_t)value : 0; }
#if defined(_SC_LEVEL2_CACHE_SIZE)
int64_t machine_core_cache(void) { return positive(sysconf(_SC_LEVEL2_CACHE_SIZE)); }
int64_t machine_shared_cache(void) { return positive(sysconf(_SC_LEVEL3_CACHE_SIZE)); }
#else /* musl says nothing of caches */
int64_t machine_core_cache(void) { return positive(0); }
int64_t machine_shared_cache(void) { return positive(0); }
#endif

#endif

rope_machine machine_facts(void) {
  /* Virtual machines report the cache of the whole socket, which they share with strangers. */
  const int64_t most = 64 << 20, usual = 32 << 20;
  const int64_t shared = machine_shared_cache();
  const rope_machine facts = {
      .cache_bytes = machine_core_cache(),
      .stream_bytes = (shared == 0 ? usual : shared < most ? shared : most) / 2,
  };
  return facts;
}

/*
 * AVX-512 with VNNI: Intel since Cascade Lake, AMD since Zen 4.
 * The instruction set is switched on for this region only, so that one set of compiler flags
 * serves all files; whoever calls these functions has asked the processor first.
 */
#include "strict.h"

#include "rope/kernels.h"
#if ROPE_HAS_avx512

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,f16c")
#endif

#include "simd/avx512.h"

#define ROPE_ISA_NAME avx512
#include "isa.inl.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

#endif
typedef int rope_avx512_unit; /* ISO C wants a declaration in every file */

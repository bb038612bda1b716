/*
 * AVX2 and F16C: x86-64 since 2013.
 * The instruction set is switched on for this region only, so that one set of compiler flags
 * serves all files; whoever calls these functions has asked the processor first.
 */
#include "strict.h"

#include "rope/kernels.h"
#if ROPE_HAS_avx2

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,f16c")
#endif

#include "simd/avx2.h"

#define ROPE_ISA_NAME avx2
#include "isa.inl.h"

#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

#endif
typedef int rope_avx2_unit; /* ISO C wants a declaration in every file */

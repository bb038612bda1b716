/* 64-bit Arm, where NEON is always there. */
#include "strict.h"

#include "rope/kernels.h"
#if ROPE_HAS_neon

#include "simd/neon.h"

#define ROPE_ISA_NAME neon
#include "isa.inl.h"

#endif
typedef int rope_neon_unit; /* ISO C wants a declaration in every file */

/* The fallback: one lane, on every machine. */
#include "strict.h"

#include "rope/kernels.h"
#if ROPE_HAS_scalar

#include "simd/scalar.h"

#define ROPE_ISA_NAME scalar
#include "isa.inl.h"

#endif
typedef int rope_scalar_unit; /* ISO C wants a declaration in every file */

/* WebAssembly with strict SIMD128; compiled with -msimd128. */
#include "strict.h"

#include "rope/kernels.h"
#if ROPE_HAS_wasm128

#include "simd/wasm128.h"

#define ROPE_ISA_NAME wasm128
#include "isa.inl.h"

#endif
typedef int rope_wasm128_unit; /* ISO C wants a declaration in every file */

/* The dispatch tables, made from kernels.def. */
#include "rope/kernels.h"

#if ROPE_HAS_avx2 || ROPE_HAS_avx512
#define ROPE_FENCE(isa) ROPE_FENCE_##isa
#else
#define ROPE_FENCE(isa) 0
#endif
#define ROPE_FENCE_scalar 0
#define ROPE_FENCE_avx2 rope_fence_avx2
#define ROPE_FENCE_avx512 rope_fence_avx512

#define ROPE_ISA(isa)                            \
  void rope_copy_##isa(const rope_rows *rows);   \
  rope_multiply_function rope_multiply_##isa;    \
  void rope_fence_##isa(void);
#define ROPE_KERNEL(pairing, dtype, isa) void rope_##pairing##_##dtype##_##isa(const rope_rows *rows);
#include "kernels.def"
#undef ROPE_ISA
#undef ROPE_KERNEL

static const rope_kernels tables[ROPE_ISAS] = {
#define ROPE_ISA(name)                                \
  [ROPE_ISA_##name].isa = #name,                      \
  [ROPE_ISA_##name].copy = rope_copy_##name,          \
  [ROPE_ISA_##name].multiply = rope_multiply_##name,  \
  [ROPE_ISA_##name].fence = ROPE_FENCE(name),
#define ROPE_KERNEL(pairing, dtype, isa) \
  [ROPE_ISA_##isa].rows[ROPE_##pairing][ROPE_##dtype] = rope_##pairing##_##dtype##_##isa,
#include "kernels.def"
#undef ROPE_ISA
#undef ROPE_KERNEL
};

const rope_kernels *rope_kernels_of(int32_t isa) {
  if (isa < 0 || isa >= ROPE_ISAS || tables[isa].isa == 0) return 0;
  return &tables[isa];
}

static const rope_kernel_entry entries_of_build[] = {
#define ROPE_ISA(name)
#define ROPE_KERNEL(pairing, dtype, isa)                                                 \
  {"rope_" #pairing "_" #dtype "_" #isa, ROPE_##pairing, ROPE_##dtype, ROPE_ISA_##isa,   \
   rope_##pairing##_##dtype##_##isa},
#include "kernels.def"
#undef ROPE_ISA
#undef ROPE_KERNEL
};

int32_t rope_kernel_entries(const rope_kernel_entry **entries) {
  *entries = entries_of_build;
  return (int32_t)(sizeof entries_of_build / sizeof entries_of_build[0]);
}

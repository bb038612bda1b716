/*
 * The machine: which instruction sets its processor and its operating system support, and how
 * large its caches are. Asked once, when the addon is loaded.
 */
#ifndef ROPE_NATIVE_MACHINE_H
#define ROPE_NATIVE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "rope/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True when code of that instruction set (ROPE_ISA_*) may run here. */
bool machine_supports(int32_t isa);

/* A core's own cache and the last-level cache, in bytes; 0 when the system does not say. */
int64_t machine_core_cache(void);
int64_t machine_shared_cache(void);

/* What the kernels want to know. */
rope_machine machine_facts(void);

#ifdef __cplusplus
}
#endif

#endif

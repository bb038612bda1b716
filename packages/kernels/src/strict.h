/*
 * No fused multiply-add: every product and every sum is rounded once, on every machine. Builds
 * pass -ffp-contract=off as well; this keeps the promise where somebody forgets the flag.
 * GCC 12 turns alternating sums and differences of products into one fused instruction when it
 * vectorises, whatever that flag says; so it may not vectorise. The rows do that themselves.
 */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off", "no-tree-vectorize")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

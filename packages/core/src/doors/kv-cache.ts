/**
 * Door `@rope/core/kv-cache`: quantised caches of keys.
 */
export type { Q8Keys } from '../kv-cache/q8-0.js'
export { dequantiseQ8, quantiseQ8, shiftQ8 } from '../kv-cache/q8-0.js'

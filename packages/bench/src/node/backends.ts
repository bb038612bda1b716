/**
 * The backends that are measured in Node: the portable ones and those that need Node.
 */
import { type BenchBackend, PORTABLE_BACKENDS } from '../backends.js'

/** Every backend of Node, best first. */
export const NODE_BACKENDS: readonly BenchBackend[] = [...PORTABLE_BACKENDS]

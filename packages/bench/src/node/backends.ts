/**
 * The backends that are measured in Node: the portable ones and those that need Node.
 */
import { type BenchBackend, type BenchModule, PORTABLE_BACKENDS } from '../backends.js'

/** Every backend of Node, best first. */
export const NODE_BACKENDS: readonly BenchBackend[] = [
  { name: 'native', packageName: '@rope/native', load: loadNative },
  ...PORTABLE_BACKENDS,
]

async function loadNative(): Promise<BenchModule> {
  const { createNativeBackend, probeNative } = await import('@rope/native')
  return {
    // It counts the calling thread as well.
    create: ({ threads }) => createNativeBackend(threads === 0 ? { threads: 1 } : {}),
    probe: probeNative,
  }
}

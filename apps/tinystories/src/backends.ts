/**
 * The backends the command line can rotate with, best first. THE place for a new backend: one line.
 */
import type { BackendEntry } from './backend-entry.js'

/** Every backend, best first; js always works and stays last. */
export const BACKENDS: readonly BackendEntry[] = [
  {
    name: 'native',
    load: () =>
      import('@rope/native').then((m) => ({
        probe: m.probeNative,
        create: () => m.createNativeBackend(),
      })),
  },
  {
    name: 'wasm',
    load: () =>
      import('@rope/wasm').then((m) => ({
        probe: () => m.probeWasm(),
        create: () => m.createWasmBackend(),
      })),
  },
  {
    name: 'js',
    load: () =>
      import('@rope/js').then((m) => ({ probe: m.probeJs, create: () => m.createJsBackend() })),
  },
]

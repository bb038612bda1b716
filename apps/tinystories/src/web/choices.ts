/**
 * What the page's backend switch offers, in the order shown. THE place for a new one: one line.
 * A package is loaded only when it is asked for, and one that cannot be loaded is listed as
 * unavailable, with the reason.
 */
import type { BackendEntry } from '../backend-entry.js'
import { autoChoice } from './auto-choice.js'
import { type BackendChoice, choiceOf } from './backend-choice.js'

const js: BackendEntry = {
  name: 'js',
  load: () =>
    import('@rope/js').then((m) => ({ probe: m.probeJs, create: () => m.createJsBackend() })),
}

const wasm: BackendEntry = {
  name: 'wasm',
  load: () =>
    import('@rope/wasm').then((m) => ({ probe: m.probeWasm, create: () => m.createWasmBackend() })),
}

const webgpu: BackendEntry = {
  name: 'webgpu',
  load: () =>
    import('@rope/webgpu').then((m) => ({
      probe: () => m.probeWebGpu(),
      create: () => m.createWebGpuBackend(),
    })),
}

/** Every position of the switch; the first that can run here is selected at the start. */
export const CHOICES: readonly BackendChoice[] = [
  autoChoice,
  choiceOf(js, 'plain JavaScript'),
  choiceOf(wasm, 'WebAssembly SIMD'),
  choiceOf(webgpu, 'shaders on a GPU'),
]

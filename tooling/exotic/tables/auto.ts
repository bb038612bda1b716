/**
 * Valid arguments of the front door and of the list of backends. Every call has one cheap backend to
 * choose from: with this project's own, each of some thousand calls would load, start and test them all.
 */
import type { BackendEntry } from '@rope/auto/backends'
import type { Backend } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'
import type { MakeArguments } from '../walk.js'

/** One dtype makes the self-test a short one. */
function create(): Backend {
  const backend = createJsBackend()
  return { ...backend, capabilities: { ...backend.capabilities, dtypes: ['float32'] } }
}

/** A backend to choose. */
export function entry(): BackendEntry {
  const load: BackendEntry['load'] = async () => ({ create, probe: probeJs })
  return { name: 'mine', packageName: '@mine/backend', device: 'cpu', validatesFirst: true, load }
}

const config = (): object => ({
  headDim: 8,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})

const choice = (): object => ({
  ...{ backend: ['mine'], backends: [entry()], debug: false, allowSoftwareGpu: false },
  ...{ probe: 'needed', probeLimit: 500 },
})

/** What an adapter for another library's arrays exports. */
export const ADAPTERS: Readonly<Record<string, MakeArguments>> = {
  createJaxRope: () => [config(), { layout: 'bshd' }],
}

/** Every function of `@rope/auto` and `@rope/auto/backends`; `createRope` is not core's. */
export const AUTO: Readonly<Record<string, MakeArguments>> = {
  absenceText: () => [{ reason: 'no adapter', fix: 'attach one' }],
  cpuBackends: () => [[entry()]],
  createAutoBackend: () => [choice()],
  '@rope/auto createRope': () => [config(), { ...choice(), layout: 'bshd' }],
  detectBackend: () => [entry(), 500],
  detectBackends: () => [[entry()], 500],
  findBackend: () => [[entry()], 'mine', 'backend'],
  openBackend: () => [entry()],
  portableBackends: () => [[entry()]],
}

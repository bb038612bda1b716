/**
 * Backends that are wrong in one way each, for the commands to find out.
 */
import type { BackendEntry } from '@rope/auto/backends'
import type { Backend, Kernel, Plan } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'

/** The real JavaScript backend under any name. */
export function working(name = 'js'): BackendEntry {
  const load = async () => ({ create: createJsBackend, probe: probeJs })
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

/** A package that is not installed: its import fails as Node's does. */
export function missing(name = 'wasm'): BackendEntry {
  const packageName = `@rope/${name}`
  const error = new Error(`Cannot find package '${packageName}' imported from rope.js`)
  const load = async (): Promise<never> => {
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }
  return { name, device: 'cpu', packageName, load }
}

/** A package that loads but says that it cannot run here. */
export function unavailable(name = 'webgpu', reason?: string): BackendEntry {
  const facts = { adapter: null }
  const probe = () => ({ available: false, facts, ...(reason === undefined ? {} : { reason }) })
  const load = async () => ({ create: createJsBackend, probe })
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

/** Says that it can run here, but cannot be created. */
export function uncreatable(name = 'native'): BackendEntry {
  const create = (): never => {
    throw new Error('out of handles')
  }
  const load = async () => ({ create, probe: probeJs })
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

/** The JavaScript backend, changed. */
export function changed(name: string, change: (backend: Backend) => Backend): BackendEntry {
  const load = async () => ({ create: () => change(createJsBackend()), probe: probeJs })
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

/** A backend that turns the other way round. */
export function mirrored(name = 'mirrored'): BackendEntry {
  return changed(name, (backend) => ({
    ...backend,
    name,
    compile: (plan: Plan): Kernel =>
      backend.compile({ ...plan, direction: plan.direction === 1 ? -1 : 1 }),
  }))
}

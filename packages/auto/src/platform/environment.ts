/**
 * What only some platforms have - a process, environment variables, Node's modules - reached without
 * an import, so that the same file loads in a browser, a worker, Node, Bun and Deno, and no bundler
 * has anything to resolve. Whatever is missing or forbidden reads as absent; nothing here throws.
 */

/** The part of Node's `process` that is used, all of it optional. */
interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly platform?: string
  readonly arch?: string
  readonly versions?: Readonly<Record<string, string | undefined>>
  readonly getBuiltinModule?: (name: string) => unknown
}

interface DenoLike {
  readonly permissions?: {
    readonly querySync?: (descriptor: {
      readonly name: string
      readonly variable?: string
      readonly path?: string
      readonly kind?: string
    }) => { readonly state: string }
  }
}

interface Surroundings {
  readonly process?: ProcessLike
  readonly Deno?: DenoLike
}

function surroundings(): Surroundings {
  return globalThis as unknown as Surroundings
}

/** Node's `process`, or what stands in for it; undefined in a browser. */
export function processOf(): ProcessLike | undefined {
  return surroundings().process
}

/** Deno asks its user before it reads what was not allowed; nobody should be asked for a hint. */
function isGranted(name: 'env' | 'read' | 'write' | 'sys', detail: string): boolean {
  const { Deno } = surroundings()
  if (Deno === undefined) return true
  const key = name === 'env' ? 'variable' : name === 'sys' ? 'kind' : 'path'
  try {
    return Deno.permissions?.querySync?.({ name, [key]: detail }).state === 'granted'
  } catch {
    return false
  }
}

/** An environment variable; undefined where there is none, it is empty, or reading it is forbidden. */
export function readVariable(name: string): string | undefined {
  try {
    if (!isGranted('env', name)) return undefined
    const value = processOf()?.env?.[name]
    return value === undefined || value === '' ? undefined : value
  } catch {
    return undefined
  }
}

/** True when files at `path` may be read and written without asking anybody. */
export function mayUseFiles(path: string): boolean {
  return isGranted('read', path) && isGranted('write', path)
}

/** True when the system may be asked for `kind`, such as `cpus`. */
export function mayAskSystem(kind: string): boolean {
  return isGranted('sys', kind)
}

/**
 * One of Node's own modules, without an import; undefined where there are none. The caller states
 * the part of it that it uses.
 */
export function builtinModule<Module>(name: string): Module | undefined {
  try {
    return processOf()?.getBuiltinModule?.(name) as Module | undefined
  } catch {
    return undefined
  }
}

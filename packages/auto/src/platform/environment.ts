/**
 * What only some platforms have - a process, environment variables - reached without
 * an import, so that the same file loads in a browser, a worker, Node, Bun and Deno, and no bundler
 * has anything to resolve. Whatever is missing or forbidden reads as absent; nothing here throws.
 */

/** The part of Node's `process` that is used, all of it optional. */
interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly versions?: Readonly<Record<string, string | undefined>>
}

interface DenoLike {
  readonly permissions?: {
    readonly querySync?: (descriptor: { readonly name: string; readonly variable: string }) => {
      readonly state: string
    }
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
function mayReadVariable(variable: string): boolean {
  const { Deno } = surroundings()
  if (Deno === undefined) return true
  try {
    return Deno.permissions?.querySync?.({ name: 'env', variable }).state === 'granted'
  } catch {
    return false
  }
}

/** An environment variable; undefined where there is none, it is empty, or reading it is forbidden. */
export function readVariable(name: string): string | undefined {
  try {
    if (!mayReadVariable(name)) return undefined
    const value = processOf()?.env?.[name]
    return value === undefined || value === '' ? undefined : value
  } catch {
    return undefined
  }
}

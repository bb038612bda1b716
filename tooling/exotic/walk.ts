/**
 * Calls a function with everything a caller may do wrong: every argument and every field within the
 * valid ones is replaced by every exotic value in turn, left out, or wrapped in an object that
 * throws when it is read. Whatever comes, the answer is a result or a RopeError, and a call that is
 * refused has written nothing.
 */
import { RopeError } from '@rope/core'
import { EXOTIC, WRAPPED } from './values.js'

/** Makes valid arguments, anew for every call. */
export type MakeArguments = () => readonly unknown[]

/** A function and how to call it. */
export interface Call {
  readonly run: (...given: readonly unknown[]) => unknown
  readonly valid: MakeArguments
}

type Path = readonly (string | number)[]

/** More elements of a list look alike. */
const ELEMENTS = 2
const DEPTH = 5

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  try {
    const prototype = Object.getPrototypeOf(value)
    return Array.isArray(value) || prototype === Object.prototype || prototype === null
  } catch {
    // A proxy whose traps throw is looked into by nobody.
    return false
  }
}

/** Every place within the arguments: each argument, and the fields of plain objects and lists. */
function pathsIn(value: unknown, depth = DEPTH): readonly Path[] {
  if (!isPlain(value) || depth === 0) return []
  const keys = Object.keys(value).slice(0, Array.isArray(value) ? ELEMENTS : undefined)
  return keys.flatMap((key): readonly Path[] => [
    [key],
    ...pathsIn(Reflect.get(value, key), depth - 1).map((rest) => [key, ...rest]),
  ])
}

function at(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => Reflect.get(value as object, key), root)
}

/** A copy of plain objects and lists with `change` made to what is at `path`. */
function changed(root: unknown, path: Path, change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return change(root)
  const copy: object = Array.isArray(root) ? [...root] : { ...(root as object) }
  Reflect.set(copy, key, changed(Reflect.get(copy, key), rest, change))
  return copy
}

function without(root: unknown, path: Path): unknown {
  return changed(root, path.slice(0, -1), (parent) => {
    const copy: object = Array.isArray(parent) ? [...parent] : { ...(parent as object) }
    Reflect.deleteProperty(copy, path.at(-1) as string)
    return copy
  })
}

/** One deviation from the valid arguments. */
interface Deviation {
  readonly name: string
  readonly make: () => readonly unknown[]
}

function deviationsAt(valid: MakeArguments, path: Path): readonly Deviation[] {
  const place = path.join('.')
  const list: Deviation[] = Object.entries(EXOTIC).map(([name, value]) => ({
    name: `${place} is ${name}`,
    make: () => changed(valid(), path, value) as readonly unknown[],
  }))
  list.push({ name: `${place} left out`, make: () => without(valid(), path) as readonly unknown[] })
  if (isPlain(at(valid(), path))) {
    for (const [name, wrap] of Object.entries(WRAPPED)) {
      list.push({
        name: `${place} ${name}`,
        make: () => changed(valid(), path, (value) => wrap(value as object)) as readonly unknown[],
      })
    }
  }
  return list
}

/** Typed arrays that a call was given: what it must not have touched when it refuses. */
function memoryIn(value: unknown, depth = DEPTH): readonly ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value]
  if (!isPlain(value) || depth === 0) return []
  try {
    return pathsIn(value, 1).flatMap((path) => memoryIn(at(value, path), depth - 1))
  } catch {
    return []
  }
}

function bytesOf(view: ArrayBufferView): string {
  if (view.byteLength === 0) return ''
  const { buffer, byteOffset, byteLength } = view
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('latin1')
}

/** What went wrong, or undefined. */
function fault(error: unknown): string | undefined {
  if (RopeError.isInstance(error)) {
    return typeof error.message === 'string' && error.message.length < 5000
      ? undefined
      : `a message of ${error.message.length} characters`
  }
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 3).join(' ') : ''
  return `${stack || String(error)}`
}

async function faultOf({ run }: Call, make: Deviation['make']): Promise<string | undefined> {
  const valid = make()
  const memory = valid.flatMap((value) => memoryIn(value))
  const before = memory.map(bytesOf)
  try {
    await run(...valid)
    return undefined
  } catch (error) {
    const wrote = memory.some((view, i) => bytesOf(view) !== before[i])
    return wrote ? `wrote before it refused: ${String(error)}` : fault(error)
  }
}

/** All that goes wrong with a function: one line per deviation. */
export async function faultsOf(call: Call): Promise<readonly string[]> {
  const paths = pathsIn(call.valid())
  const found: string[] = []
  for (const { name, make } of paths.flatMap((path) => deviationsAt(call.valid, path))) {
    const problem = await faultOf(call, make)
    if (problem !== undefined) found.push(`${name}: ${problem}`)
  }
  return found
}

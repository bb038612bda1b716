/**
 * Every function that a package exports, called with everything that it should not be called with.
 * A function that has no entry in the tables fails here, so that a new one cannot be forgotten.
 */
import { RopeError } from '@rope/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { modulesOf, publicPackages, ROOT } from '../../setup/workspace.mjs'
import { CALLS, TABLE } from '../tables/index.js'
import { faultsOf, type MakeArguments } from '../walk.js'

/** Every module that is published; the command has none. */
const MODULES = publicPackages(ROOT)
  .flatMap(({ manifest }) =>
    modulesOf(manifest).map((subpath) => `${manifest.name}${subpath.slice(1)}`),
  )
  // Cases and oracles for tests, which are given what tests make.
  .filter((name) => !['@rope/core/conformance', '@rope/core/reference'].includes(name))

/**
 * Functions that are called inside every decode step, on what core itself made: a check of their
 * arguments would cost more than they do.
 */
const UNCHECKED: readonly string[] = [
  ...['bufferOf', 'byteLengthOf', 'byteOffsetOf', 'checkMemory', 'elementBytesOf', 'goneMemory'],
  ...['isSharedBuffer', 'kindOf', 'lengthOf', 'multiplyRow', 'planKey', 'reachesMemory'],
  ...['bindKernel', 'checkRest', 'partOf', 'setElements', 'watchMemory'],
  // Waits for promises that this project makes.
  ...['TimeLimitError', 'withLimit'],
  // The checks themselves: `given` is whatever it is, and the rest is written by us.
  ...['checkFields', 'checkInteger', 'checkKeys', 'checkPairing', 'checkRecord', 'reject'],
  ...['isRecord', 'refuseExtra', 'rejectBecause', 'show'],
  // Holds what this project makes, by keys that it makes.
  'BoundedMap',
]

type Callable = (...given: readonly unknown[]) => unknown

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

async function functionsOf(name: string): Promise<Readonly<Record<string, Callable>>> {
  const module: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ name)
  const found = Object.entries(module).filter(([, value]) => typeof value === 'function')
  return Object.fromEntries(found) as Record<string, Callable>
}

/** The valid arguments of a function of a module. */
function validFor(module: string, key: string): MakeArguments | undefined {
  return TABLE[`${module} ${key}`] ?? TABLE[key]
}

/** Lets go of what a call has made: backends hold memory and threads. */
async function andDispose(pending: unknown): Promise<void> {
  const made = (await pending) as { readonly dispose?: unknown } | null | undefined
  if (typeof made === 'object' && typeof made?.dispose === 'function') made.dispose()
}

/** Calls rightly: only a machine that lacks something may refuse that. */
async function runOrLack(run: Callable, valid: MakeArguments): Promise<void> {
  try {
    await run(...valid())
  } catch (error) {
    if (!RopeError.isInstance(error) || error.code !== 'UNAVAILABLE') throw error
  }
}

/**
 * Neither a GPU nor a browser: an accepted call of a benchmark of GPUs would take its minutes, and in
 * every place another number of them.
 */
function hideGpu(): void {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } })
  vi.stubEnv('ROPE_CHROMIUM', '/no/browser')
}

function showGpu(): void {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
}

describe.each(MODULES)('%s', async (name) => {
  if (name.startsWith('@rope/bench')) {
    beforeAll(hideGpu)
    afterAll(showGpu)
  }
  const functions = await functionsOf(name)
  const checked = Object.keys(functions).filter((key) => !UNCHECKED.includes(key))

  test('every function is in the table', () => {
    expect(checked.filter((key) => validFor(name, key) === undefined)).toEqual([])
  })

  test.each(checked.filter((key) => validFor(name, key) !== undefined))('%s', async (key) => {
    const own = functions[key] as Callable
    const call: Callable = isClass(own) ? (...given) => Reflect.construct(own, given) : own
    const run: Callable = async (...given) => andDispose(call(...given))
    const valid = validFor(name, key) as MakeArguments
    await runOrLack(run, valid)
    expect((await faultsOf({ run, valid })).join('\n')).toBe('')
  })
})

test('every entry of the table is a function of some module', async () => {
  const functions = await Promise.all(MODULES.map(functionsOf))
  const names = functions.flatMap((found) => Object.keys(found))
  const functionOf = (key: string): string => key.split(' ').at(-1) as string
  expect(Object.keys(TABLE).filter((key) => !names.includes(functionOf(key)))).toEqual([])
})

describe('calls', () => {
  test.each(Object.entries(CALLS))('%s', async (_, call) => {
    await call.run(...call.valid())
    expect((await faultsOf(call)).join('\n')).toBe('')
  })
})

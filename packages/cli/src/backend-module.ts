/**
 * Anybody's backend for `rope verify --module`: a file or an installed package that exports a
 * function which creates it. Whatever is wrong with it is said in one line; nothing is guessed.
 */
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type OpenedBackend, PROBE_LIMIT, TimeLimitError, withLimit } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { oneLine, quoted } from './format/text.js'

const FIELD = '--module'

/** What a module may call its function: this, the default export, or the only other of its kind. */
const PREFERRED = 'createBackend'
const SIMILAR = /^create\w*Backend$/

type Exports = Readonly<Record<string, unknown>>

type Make = () => unknown

function fail(given: string, problem: string, cause?: unknown): never {
  throw new RopeError('INVALID_OPTION', `module ${quoted(given)} ${problem}`, {
    field: FIELD,
    cause,
  })
}

/**
 * Imports a module and creates its backend.
 *
 * @param given a path from `folder`, or the name of a package that is installed there
 * @throws RopeError INVALID_OPTION saying what is wrong with the module
 */
export async function openModule(
  given: string,
  folder: string,
  limit: number = PROBE_LIMIT,
): Promise<OpenedBackend & { readonly available: true }> {
  const url = locate(given, folder)
  try {
    return await withLimit(createFrom(given, url), limit)
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error
    return fail(given, `did not give its backend within ${limit / 1000} s`)
  }
}

async function createFrom(
  given: string,
  url: string,
): Promise<OpenedBackend & { readonly available: true }> {
  const { name, make } = chooseFunction(given, exportsOf(await importModule(given, url)))
  const create = async (): Promise<Backend> => {
    try {
      return checkBackend(given, name, await make())
    } catch (error) {
      if (RopeError.isInstance(error) && error.field === FIELD) throw error
      return fail(given, `could not create its backend: ${name} threw ${textOf(error)}`, error)
    }
  }
  const backend = await create()
  return { name: backend.name, available: true, backend, create }
}

/** A path is a path from `folder`; what is not there and looks like a package's name is one. */
function locate(given: string, folder: string): string {
  const path = resolve(folder, given)
  if (isFile(path)) return pathToFileURL(path).href
  const isPath = given === '' || given.startsWith('.') || isAbsolute(given) || /\.\w+$/.test(given)
  if (isPath) fail(given, `is not there: no file ${quoted(path)}; give the path of a module`)
  try {
    return pathToFileURL(createRequire(join(folder, 'module.js')).resolve(given)).href
  } catch (error) {
    return fail(
      given,
      `is neither a file nor a package that can be found from ${quoted(folder)}; give the path of a file`,
      error,
    )
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

async function importModule(given: string, url: string): Promise<Exports> {
  try {
    return (await import(/* @vite-ignore */ url)) as Exports
  } catch (error) {
    return fail(given, `did not load: ${textOf(error)}`, error)
  }
}

/** CommonJS has its exports on `default`, and only some of them beside it. */
function exportsOf(module: Exports): Exports {
  const { default: main } = module
  const isRecord = typeof main === 'object' && main !== null
  return isRecord ? { ...(main as Exports), ...module } : module
}

function chooseFunction(
  given: string,
  exports: Exports,
): { readonly name: string; readonly make: Make } {
  const named = (name: string): Make | undefined => {
    const value = exports[name]
    return typeof value === 'function' ? (value as Make) : undefined
  }
  const similar = Object.keys(exports).filter((name) => SIMILAR.test(name) && named(name))
  const names = [PREFERRED, 'default', ...(similar.length === 1 ? similar : [])]
  for (const name of names) {
    const make = named(name)
    if (make !== undefined) return { name: name === 'default' ? 'its default export' : name, make }
  }
  if (similar.length > 1) {
    fail(given, `exports ${similar.join(' and ')}; export the one that is meant as ${PREFERRED}`)
  }
  const found = Object.keys(exports).join(', ')
  return fail(
    given,
    `exports no function that creates a backend (it exports ${found === '' ? 'nothing' : found}); export one as ${PREFERRED}, as default, or under a name such as createMyBackend`,
  )
}

const METHODS = ['supports', 'compile', 'dispose'] as const

/** What must be so before the suite can ask anything; all else is for the suite to find out. */
function checkBackend(given: string, name: string, made: unknown): Backend {
  const wrong = (problem: string): never => fail(given, `gave no backend: ${name} ${problem}`)
  if (typeof made !== 'object' || made === null) {
    return wrong(`returned ${textOf(made)}; it must return a backend, or a promise of one`)
  }
  const backend = made as Readonly<Record<string, unknown>>
  if (backend.specVersion !== 1) {
    wrong(`returned specVersion ${textOf(backend.specVersion)}; this suite is for specVersion 1`)
  }
  if (typeof backend.name !== 'string' || backend.name === '') {
    wrong(`returned name ${textOf(backend.name)}; it must be a word`)
  }
  if (backend.device !== 'cpu' && backend.device !== 'gpu') {
    wrong(`returned device ${textOf(backend.device)}; accepted: "cpu" or "gpu"`)
  }
  const { dtypes } = (backend.capabilities ?? {}) as Readonly<Record<string, unknown>>
  if (!Array.isArray(dtypes)) wrong('returned no capabilities.dtypes; it must be a list of dtypes')
  for (const method of METHODS) {
    if (typeof backend[method] !== 'function') wrong(`returned no method ${method}`)
  }
  return made as Backend
}

/** A value, or what an error says, on one line. */
function textOf(value: unknown): string {
  if (value instanceof Error) return oneLine(`${placeOf(value)}${value.name}: ${value.message}`)
  if (typeof value === 'string') return quoted(value)
  const isThing = typeof value === 'function' || (typeof value === 'object' && value !== null)
  return isThing ? `${typeof value === 'function' ? 'a' : 'an'} ${typeof value}` : String(value)
}

/** Where a file does not parse: the first line of the stack, which the message leaves out. */
function placeOf(error: Error): string {
  const [first = ''] = (error.stack ?? '').split('\n')
  return error instanceof SyntaxError && /:\d+$/.test(first) ? `${first}: ` : ''
}

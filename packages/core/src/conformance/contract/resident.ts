/**
 * isResident: true for arrays of the backend's own memory and for no others, before and after
 * everything, and without an error whatever it is asked about.
 */
import type { Backend } from '../../contract/backend.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import type { Origin } from '../memory/arena.js'
import { acquire } from '../memory/arena.js'
import { tryDetach } from '../memory/detach.js'
import { createElements } from '../memory/elements.js'

interface Residing extends Backend {
  allocate(dtype: DType, length: number): Elements
  isResident(elements: Elements): boolean
}

function isResiding(backend: Backend): backend is Residing {
  return backend.isResident !== undefined && backend.allocate !== undefined
}

function residing(backend: Backend): Residing {
  if (isResiding(backend)) return backend
  return unsupported('the backend has no isResident')
}

function expectAnswer(backend: Residing, elements: Elements, wanted: boolean, what: string): void {
  const answer: unknown = backend.isResident(elements)
  check(answer === wanted, () => `isResident says ${String(answer)} of ${what}`)
}

const LENGTHS = [1, 100, 1_000_000]

/** Arrays of a new backend's, whole and in part, old and new, in more memory than it began with. */
async function own({ backend: given, subject }: Trial): Promise<void> {
  const backend = residing((await subject.createBackend?.()) ?? given)
  for (const dtype of backend.capabilities.dtypes) {
    const arrays = LENGTHS.map((length) => backend.allocate(dtype, length))
    for (const array of [...arrays, ...arrays]) {
      expectAnswer(backend, array, true, `an allocated array of ${array.length} ${dtype}`)
      expectAnswer(backend, array.subarray(0), true, 'a view of an allocated array')
      expectAnswer(backend, array.subarray(array.length - 1), true, 'the end of an allocated array')
    }
  }
  if (backend !== given) backend.dispose()
}

/** Arrays of everybody else's, asked about before anything was allocated and afterwards. */
async function foreign(trial: Trial): Promise<void> {
  const { createBackend } = trial.subject
  const backends = [trial.backend, ...(createBackend === undefined ? [] : [await createBackend()])]
  for (const backend of backends.map(residing)) {
    for (const dtype of backend.capabilities.dtypes) {
      checkForeign(trial, backend, dtype)
      backend.allocate(dtype, 10)
      checkForeign(trial, backend, dtype)
    }
  }
  if (backends.length < 2) return
  const [first, second] = backends.map(residing) as [Residing, Residing]
  for (const [mine, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const [dtype = 'float32'] = other.capabilities.dtypes
    const array = other.allocate(dtype, 100)
    for (let i = 0; i < 2; i++) {
      expectAnswer(mine, array, false, 'an array of another backend of its kind')
      expectAnswer(other, array, true, 'an allocated array')
    }
  }
  second.dispose()
}

function checkForeign(trial: Trial, backend: Residing, dtype: DType): void {
  const origins: readonly Origin[] =
    'SharedArrayBuffer' in globalThis ? ['local', 'shared'] : ['local']
  for (const origin of origins) {
    for (const length of [0, 1, 5000]) {
      const elements = acquire(trial.backend, dtype, length, origin)
      const what = `an ordinary array of ${length} ${dtype} (${origin})`
      for (let i = 0; i < 2; i++) expectAnswer(backend, elements, false, what)
      expectAnswer(backend, elements.subarray(0), false, `a view of ${what}`)
    }
  }
}

/** It never throws: about arrays that are gone, and after dispose. */
async function neverThrows(trial: Trial): Promise<void> {
  const backend = residing(trial.backend)
  const gone = createElements('float32', 100)
  expectAnswer(backend, gone, false, 'an ordinary array')
  if (tryDetach(gone)) expectAnswer(backend, gone, false, 'an array that was detached')
  const { createBackend } = trial.subject
  if (createBackend === undefined) return
  const other = residing(await createBackend())
  const [dtype = 'float32'] = other.capabilities.dtypes
  const array = other.allocate(dtype, 10)
  expectAnswer(other, array, true, 'an allocated array')
  other.dispose()
  const answer: unknown = other.isResident(array)
  check(typeof answer === 'boolean', () => `after dispose isResident says ${String(answer)}`)
  expectAnswer(other, createElements(dtype, 10), false, 'an ordinary array, after dispose')
}

/** For backends that copy all arrays but their own. */
export function residentCases(): readonly ConformanceCase[] {
  return [
    defineCase('contract', 'resident/own', own),
    defineCase('contract', 'resident/foreign', foreign),
    defineCase('contract', 'resident/never-throws', neverThrows),
  ]
}

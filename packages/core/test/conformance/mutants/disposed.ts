/**
 * Backends that go on after dispose, or end badly, and such as do not know their own memory.
 */

import { RopeError } from '../../../src/errors.js'
import type { Elements } from '../../../src/numbers/dtype.js'
import type { CapableBackend, Guarded } from '../capable-backend.js'
import { capable } from './capable.js'
import type { Mutant } from './mutant.js'

const ON_ITS_WAY = /^contract\/dispose\/on-its-way/

/** What must notice that a call goes on after dispose. */
const CALLS: Readonly<Record<Guarded, RegExp>> = {
  compile: /^contract\/dispose\/compile/,
  run: /^contract\/dispose\/run\//,
  bind: /^contract\/dispose\/bind\//,
  'bound call': /^contract\/dispose\/(bound-call|rope-bound)/,
  bindDecode: /^contract\/dispose\/bind-moving/,
  'moving call': /^contract\/dispose\/moving-call/,
  runAsync: /^contract\/dispose\/(run-async|rope-async)/,
  allocate: /^contract\/dispose\/allocate/,
}

/** Where bind and the call that it returns guard each other, both have to forget. */
const TOGETHER: Partial<Record<Guarded, readonly Guarded[]>> = {
  bind: ['bind', 'bound call'],
  bindDecode: ['bindDecode', 'moving call'],
}

const FORGETFUL: readonly Mutant[] = (Object.keys(CALLS) as Guarded[]).map((call) =>
  capable(`${call} after dispose`, [CALLS[call]], () => ({ forgets: TOGETHER[call] ?? [call] })),
)

/** Mutants of dispose. */
export const DISPOSED: readonly Mutant[] = [
  ...FORGETFUL,
  capable('a second dispose that throws', [/^contract\/dispose\/run\//], () => {
    let times = 0
    return {
      backend: ({ dispose }) => ({
        dispose() {
          times += 1
          if (times > 1) throw new RopeError('DISPOSED', 'the backend has been disposed of before')
          dispose()
        },
      }),
    }
  }),
  capable('memory cleared by dispose', [/^contract\/dispose\/memory-stays/], () => {
    const given: Elements[] = []
    return {
      backend: ({ allocate, dispose }) => ({
        allocate(dtype, length) {
          const elements = allocate(dtype, length)
          given.push(elements)
          return elements
        },
        dispose() {
          dispose()
          for (const elements of given) elements.fill(0)
        },
      }),
    }
  }),
  capable('all backends of a kind disposed of', [/^contract\/dispose\/others-live/], () => ({
    backend: (backend) => endsTogether(backend),
  })),
  capable('a call on its way that never settles', [ON_ITS_WAY], () => {
    let disposed = false
    return {
      kernel: (kernel) => ({
        runAsync: ({ views, rotation }) =>
          Promise.resolve().then(() =>
            disposed ? new Promise<void>(() => {}) : kernel.run({ views, rotation }),
          ),
      }),
      backend: ({ dispose }) => ({
        dispose() {
          disposed = true
          dispose()
        },
      }),
    }
  }),
  capable('a call on its way that resolves with nothing done', [ON_ITS_WAY], () => ({
    kernel: (kernel) => ({
      runAsync: ({ views, rotation }) =>
        Promise.resolve().then(() => {
          try {
            kernel.run({ views, rotation })
          } catch {
            // Nobody hears of it.
          }
        }),
    }),
  })),
  capable('a call on its way that fails with another error', [ON_ITS_WAY], () => ({
    kernel: (kernel) => ({
      runAsync: ({ views, rotation }) =>
        Promise.resolve().then(() => {
          try {
            kernel.run({ views, rotation })
          } catch (cause) {
            throw new TypeError('no engine', { cause })
          }
        }),
    }),
  })),
]

/** Set by the first backend that is disposed of, for as long as a test of it takes. */
const ended = new Set<string>()

function endsTogether({ compile, dispose }: CapableBackend): Partial<CapableBackend> {
  ended.clear()
  return {
    compile(plan) {
      if (ended.size > 0) throw new RopeError('DISPOSED', 'another backend was disposed of')
      return compile(plan)
    },
    dispose() {
      ended.add('all')
      dispose()
    },
  }
}

const OWN = /^contract\/resident\/own/
const FOREIGN = /^contract\/resident\/foreign/
const NEVER_THROWS = /^contract\/resident\/never-throws/

/** A backend that answers in another way. */
function answers(
  name: string,
  noticed: readonly RegExp[],
  make: () => (elements: Elements, given: readonly Elements[], disposed: boolean) => unknown,
): Mutant {
  return capable(name, noticed, () => {
    const given: Elements[] = []
    const answer = make()
    let disposed = false
    return {
      backend: ({ allocate, dispose }) => ({
        allocate(dtype, length) {
          const elements = allocate(dtype, length)
          given.push(elements)
          return elements
        },
        isResident: (elements) => answer(elements, given, disposed) as boolean,
        dispose() {
          disposed = true
          dispose()
        },
      }),
    }
  })
}

function holds({ buffer }: Elements, given: readonly Elements[]): boolean {
  return given.some((one) => one.buffer === buffer)
}

const everybodys = new WeakSet<ArrayBufferLike>()

/** Mutants of isResident. */
export const RESIDENT: readonly Mutant[] = [
  answers('everything resident', [FOREIGN, NEVER_THROWS], () => () => true),
  answers('nothing resident', [OWN, FOREIGN], () => () => false),
  answers('all resident once there is memory', [FOREIGN], () => (_, given) => given.length > 0),
  answers('the latest memory resident', [OWN], () => (elements, given) => {
    return given.at(-1)?.buffer === elements.buffer
  }),
  answers('the first memory resident', [OWN], () => (elements, given) => {
    return given[0]?.buffer === elements.buffer
  }),
  answers('whole arrays resident', [OWN], () => (elements, given) => given.includes(elements)),
  answers(
    'large arrays resident',
    [OWN, FOREIGN],
    () =>
      ({ length }) =>
        length > 1000,
  ),
  answers("other backends' memory resident", [FOREIGN], () => (elements, given) => {
    for (const { buffer } of given) everybodys.add(buffer)
    return everybodys.has(elements.buffer)
  }),
  answers('resident by a number', [OWN], () => (elements, given) => Number(holds(elements, given))),
  answers('resident by nothing', [FOREIGN], () => (elements, given) => {
    return holds(elements, given) || undefined
  }),
  answers('an error where memory is gone', [NEVER_THROWS], () => (elements, given) => {
    // As a DataView refuses a buffer that was detached.
    return new DataView(elements.buffer).byteLength > 0 && holds(elements, given)
  }),
  answers(
    'everything resident after dispose',
    [NEVER_THROWS],
    () => (elements, given, disposed) => {
      return disposed || holds(elements, given)
    },
  ),
  answers('an error after dispose', [NEVER_THROWS], () => (elements, given, disposed) => {
    if (disposed) throw new RopeError('DISPOSED', 'the backend has been disposed of')
    return holds(elements, given)
  }),
]

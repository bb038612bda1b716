/**
 * Backends that remember what they must not, or finish when they must not.
 */
import type { Backend, Rotation } from '../../../src/backend.js'
import type { Mutant } from './mutant.js'

/** Backends that remember too much, or finish too late. */
export const STATEFUL: readonly Mutant[] = [
  {
    name: 'rows of the first call kept',
    noticed: [/^contract\/lifecycle\/kernel-again/, /^contract\/lifecycle\/repeated-calls/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        let first: Rotation | undefined
        return {
          run(views, rotation) {
            const isSame =
              first?.rows === rotation.rows && first.batchStride === rotation.batchStride
            first = isSame
              ? first
              : { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
            kernel.run(views, first as Rotation)
          },
        }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'one kernel for all',
    noticed: [/^contract\/lifecycle\/kernels-in-turn/],
    create(healthy) {
      const base = healthy()
      let latest: ReturnType<Backend['compile']> | undefined
      const compile: Backend['compile'] = (plan) => {
        latest = base.compile(plan)
        return { run: (views, rotation) => latest?.run(views, rotation) }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'finished after it has returned',
    noticed: [/^values\/.*control$/, /^contract\/tails\//, /^contract\/lifecycle\/bound-loop/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        return {
          run(views, rotation) {
            void Promise.resolve().then(() => kernel.run(views, rotation))
          },
        }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
  {
    name: 'a promise from a CPU kernel',
    noticed: [/^contract\/tails\//, /^contract\/strides\//],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        return { run: async (views, rotation) => kernel.run(views, rotation) }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
]

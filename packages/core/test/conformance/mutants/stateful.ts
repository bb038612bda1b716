/**
 * Backends that remember what they must not, or finish when they must not.
 */
import type { Backend, DecodeFactors, Rotation } from '../../../src/contract/backend.js'
import type { Mutant } from './mutant.js'

/** A healthy backend whose kernels make the row of a decode step themselves, in this way. */
function decoding(
  name: string,
  row: (factors: DecodeFactors, first: DecodeFactors, i: number, rest: number) => [number, number],
): Mutant {
  return {
    name,
    noticed: [/^contract\/lifecycle\/bound-step/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        return {
          run: (call) => kernel.run(call),
          bindDecode({ views, rotation }, factors) {
            let first: DecodeFactors | undefined
            return (rest) => {
              const { blockCos, blockSin } = factors
              first ??= { ...factors, blockCos: blockCos.slice(), blockSin: blockSin.slice() }
              for (let i = 0; i < plan.pairs; i++) {
                const [cos, sin] = row(factors, first, i, rest)
                rotation.cos[i] = cos
                rotation.sin[i] = sin
              }
              kernel.run({ views, rotation })
            }
          },
        }
      }
      return { name: 'moving', backend: { ...base, compile } }
    },
  }
}

/** The product as it must be, of a block's row and a rest's. */
function product(block: DecodeFactors, i: number, rest: number, factor: number): [number, number] {
  const at = rest * block.pairs + i
  const ca = block.blockCos[i] as number
  const sa = block.blockSin[i] as number
  const cb = block.restCos[at] as number
  const sb = block.restSin[at] as number
  return [factor * (ca * cb - sa * sb), factor * (sa * cb + ca * sb)]
}

/** Backends that remember too much, or finish too late. */
export const STATEFUL: readonly Mutant[] = [
  decoding('the block of a decode row kept', (factors, first, i, rest) =>
    product(first, i, rest, factors.attentionFactor),
  ),
  decoding('a decode row without its attention factor', (factors, _, i, rest) =>
    product(factors, i, rest, 1),
  ),
  decoding('the rest of a decode row ignored', (factors, _, i) =>
    product(factors, i, 0, factors.attentionFactor),
  ),
  {
    name: 'rows of the first call kept',
    noticed: [/^contract\/lifecycle\/kernel-again/, /^contract\/lifecycle\/repeated-calls/],
    create(healthy) {
      const base = healthy()
      const compile: Backend['compile'] = (plan) => {
        const kernel = base.compile(plan)
        let first: Rotation | undefined
        return {
          run({ views, rotation }) {
            const isSame =
              first?.rows === rotation.rows && first.batchStride === rotation.batchStride
            first = isSame
              ? first
              : { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
            kernel.run({ views, rotation: first as Rotation })
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
        return { run: (call) => latest?.run(call) }
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
          run({ views, rotation }) {
            void Promise.resolve().then(() => kernel.run({ views, rotation }))
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
        return { run: async (call) => kernel.run(call) }
      }
      return { name: 'stateful', backend: { ...base, compile } }
    },
  },
]

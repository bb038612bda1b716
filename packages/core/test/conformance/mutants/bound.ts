/**
 * Bound calls that remember the wrong thing, mix with others, or do not notice that memory is gone.
 */

import type { DecodeFactors, Plan, Rotation, View } from '../../../src/contract/backend.js'
import { checkMemory } from '../../../src/contract/bound-memory.js'
import { multiplyRow } from '../../../src/contract/multiply-row.js'
import { RopeError } from '../../../src/errors.js'
import type { Elements } from '../../../src/numbers/dtype.js'
import type { BoundRope } from '../../../src/rope/bound.js'
import { createRope, type Rope } from '../../../src/rope/rope.js'
import { capable } from './capable.js'
import type { Mutant } from './mutant.js'

const KERNELS_IN_TURN = /^contract\/bound-kernels\/in-turn/
const MOVING = /^contract\/bound-kernels\/moving/
const IN_TURN = /^contract\/bound\/in-turn/
const MANY = /^contract\/bound\/many-tokens/
const ALIKE = /^contract\/bound\/alike-blocks/
const RESTS = /^contract\/bound-kernels\/wrong-rests/
const LOST_RUN = /^contract\/bound-kernels\/lost-memory\/run\//
const LOST = /^contract\/bound-kernels\/lost-memory\/bind\//
const LOST_MOVING = /^contract\/bound-kernels\/lost-memory\/bind-moving\//

function copyRows(rotation: Rotation): Rotation {
  return { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
}

/** The rows of the block, copied when `isSame` does not know its number again. */
function remembersBlock(
  name: string,
  noticed: readonly RegExp[],
  isSame: (block: number, copied: number) => boolean,
): Mutant {
  return capable(name, noticed, () => ({
    kernel: (_kernel, plan, compile) => ({
      bindDecode({ views }, factors) {
        const { run } = compile(plan)
        const row = rowOf(plan)
        let copy: DecodeFactors | undefined
        return (rest) => {
          checkMemory(views, plan)
          if (copy === undefined || !isSame(factors.block, copy.block)) copy = copyBlock(factors)
          multiplyRow(copy, rest, row)
          run({ views, rotation: row })
        }
      },
    }),
  }))
}

function copyBlock(factors: DecodeFactors): DecodeFactors {
  const { pairs, restCos, restSin, block, attentionFactor } = factors
  const [blockCos, blockSin] = [factors.blockCos.slice(), factors.blockSin.slice()]
  return { pairs, restCos, restSin, blockCos, blockSin, block, attentionFactor }
}

function rowOf({ pairs }: Plan): Rotation {
  const [cos, sin] = [new Float32Array(pairs), new Float32Array(pairs)]
  return { pairs, rows: 1, batchStride: 0, cos, sin }
}

/** A bound call whose kernel looks at its memory in another way. */
function looks(
  name: string,
  noticed: readonly RegExp[],
  look: (views: readonly View[], plan: Plan) => void,
): Mutant {
  return capable(name, noticed, () => ({ checkMemory: look }))
}

function first({ operands, ...rest }: Plan): Plan {
  return { ...rest, operands: operands.slice(0, 1) }
}

/** Calls that make their row themselves, of a rest that is taken for another. */
function takesRest(name: string, place: (rest: number) => number): Mutant {
  return capable(name, [RESTS], () => ({
    kernel: ({ bindDecode }) => ({
      bindDecode(call, factors) {
        const run = bindDecode(call, factors)
        return run && ((rest) => run(place(rest)))
      },
    }),
  }))
}

/** A rope whose bound calls take one position for another. */
function mistakes(
  name: string,
  noticed: readonly RegExp[],
  place: (position: number, last: number) => number,
): Mutant {
  const wrap = (rope: Rope): Rope => ({
    config: rope.config,
    frequencies: rope.frequencies,
    backend: rope.backend,
    rotate: (input) => rope.rotate(input),
    rotateAsync: (input) => rope.rotateAsync(input),
    at: (positions, options) => rope.at(positions, options),
    bind: (tensors, options) => wrapBound(rope.bind(tensors, options), place),
    shift: (k, delta, options) => rope.shift(k, delta, options),
    rerope: (k, from, to) => rope.rerope(k, from, to),
    regimeFor: (length) => rope.regimeFor(length),
    dispose: () => rope.dispose(),
  })
  return {
    name,
    noticed,
    create: (healthy) => ({
      name,
      backend: healthy(),
      createRope: (config, context) => wrap(createRope(config, context)),
    }),
  }
}

function wrapBound(bound: BoundRope, place: (position: number, last: number) => number): BoundRope {
  let last = Number.NaN
  return {
    rotate(position) {
      last = place(position, last)
      bound.rotate(last)
    },
  }
}

/** Mutants of bound calls. */
export const BOUND: readonly Mutant[] = [
  capable('rows of the time of bind', [KERNELS_IN_TURN, IN_TURN], () => ({
    kernel: ({ bind }) => ({
      bind: ({ views, rotation }) => bind({ views, rotation: copyRows(rotation) }),
    }),
  })),
  capable('rows of the latest bound call', [KERNELS_IN_TURN, IN_TURN], () => {
    let latest: Rotation
    return {
      kernel: (kernel) => ({
        bind({ views, rotation }) {
          latest = rotation
          return () =>
            kernel.run({ views, rotation: { ...rotation, cos: latest.cos, sin: latest.sin } })
        },
      }),
    }
  }),
  capable('one bound call for a kernel', [KERNELS_IN_TURN, IN_TURN], () => ({
    kernel: (kernel) => {
      let only: (() => void) | undefined
      return {
        bind({ views, rotation }) {
          only ??= kernel.bind({ views, rotation })
          return only
        },
      }
    },
  })),
  capable('one call that makes its row for a kernel', [MOVING], () => ({
    kernel: (kernel) => {
      let only: ((rest: number) => void) | undefined
      return {
        bindDecode({ views, rotation }, factors) {
          only ??= kernel.bindDecode({ views, rotation }, factors)
          return only
        },
      }
    },
  })),
  capable('the latest memory for all bound calls', [KERNELS_IN_TURN, IN_TURN], () => ({
    kernel: (kernel) => {
      let latest: readonly View[]
      return {
        bind({ views, rotation }) {
          latest = views
          return () => kernel.run({ views: latest, rotation })
        },
      }
    },
  })),
  capable('one token of a bound call', [KERNELS_IN_TURN, MANY], () => ({
    kernel: (_kernel, plan, compile) => ({
      bind:
        ({ views, rotation }) =>
        () =>
          compile({ ...plan, tokens: Math.min(1, plan.tokens) }).run({ views, rotation }),
    }),
  })),
  capable('512 tokens of a bound call', [MANY], () => ({
    kernel: (_kernel, plan, compile) => ({
      bind:
        ({ views, rotation }) =>
        () =>
          compile({ ...plan, tokens: Math.min(512, plan.tokens) }).run({ views, rotation }),
    }),
  })),
  capable('a bound call without its batch stride', [KERNELS_IN_TURN], () => ({
    kernel: (kernel) => ({
      bind: ({ views, rotation }) =>
        kernel.bind({ views, rotation: { ...rotation, batchStride: 0 } }),
    }),
  })),
  capable('factors of the latest for all', [MOVING, /^contract\/bound\/two-ropes/], () => {
    let latest: DecodeFactors
    return {
      kernel: (_kernel, plan, compile) => ({
        bindDecode({ views }, factors) {
          latest = factors
          const { run } = compile(plan)
          const row = rowOf(plan)
          return (rest) => {
            multiplyRow(latest, rest, row)
            run({ views, rotation: row })
          }
        },
      }),
    }
  }),
  remembersBlock('a block known by its magnitude', [MOVING, ALIKE], (block, copied) => {
    return Math.abs(block) === Math.abs(copied)
  }),
  remembersBlock('a block known by 32 bits', [MOVING, ALIKE], (block, copied) => {
    return (block | 0) === (copied | 0)
  }),
  remembersBlock('a block known by 16 bits', [MOVING, ALIKE], (block, copied) => {
    return (block & 0xffff) === (copied & 0xffff)
  }),
  remembersBlock('a block known by a float32', [MOVING, ALIKE], (block, copied) => {
    return Math.fround(block) === Math.fround(copied)
  }),
  remembersBlock('a block known by being no later', [MOVING], (block, copied) => block <= copied),
  mistakes(
    'a position known by its magnitude',
    [/^contract\/bound\/opposites/],
    (position, last) => (Math.abs(position) === Math.abs(last) ? last : position),
  ),
  mistakes('a position known by 32 bits', [ALIKE], (position, last) =>
    (position | 0) === (last | 0) ? last : position,
  ),
  capable('many rows past their window, over its own memory', [MANY], () => {
    const first: Elements[] = []
    return {
      kernel: (kernel) => ({
        bind(call) {
          const run = kernel.bind(call)
          return () => {
            if (call.rotation.rows > 1000) for (const elements of first) elements.fill(0)
            run()
          }
        },
      }),
      backend: ({ allocate }) => ({
        allocate(dtype, length) {
          const elements = allocate(dtype, length)
          if (first.length < 10) first.push(elements)
          return elements
        },
      }),
    }
  }),
  takesRest('rests counted round', (rest) => rest & 63),
  takesRest('rests held within their range', (rest) => Math.min(Math.max(rest, 0), 63)),
  takesRest('rests rounded', (rest) => Math.round(rest)),
  takesRest('rests read from anything', Number),
  looks('memory that is never looked at', [LOST_RUN, LOST, LOST_MOVING], () => {}),
  looks('the memory of q alone looked at', [LOST_RUN, LOST, LOST_MOVING], (views, plan) => {
    checkMemory(views.slice(0, 1), first(plan))
  }),
  looks('sources alone looked at', [LOST_RUN, LOST, LOST_MOVING], (views, plan) => {
    const target = ({ source, sourceOffset }: View): View => {
      return { source, sourceOffset, target: source, targetOffset: sourceOffset }
    }
    const operands = plan.operands.map((one) => ({ ...one, targetSpan: one.sourceSpan }))
    checkMemory(views.map(target), { ...plan, operands })
  }),
  looks('lengths where bytes tell', [LOST], (views) => {
    const isGone = views.some(({ source, target }) => source.length === 0 || target.length === 0)
    if (isGone) throw new RopeError('BACKEND_FAILED', 'an array of a bound call is empty')
  }),
  capable('q written before k is looked at', [LOST], () => ({
    kernel: (_kernel, plan, compile) => ({
      bind:
        ({ views, rotation }) =>
        () => {
          views.forEach((view, i) => {
            const alone = { ...plan, operands: plan.operands.slice(i, i + 1) }
            checkMemory([view], alone)
            compile(alone).run({ views: [view], rotation })
          })
        },
    }),
  })),
  capable('memory looked at when it is bound, not when it is used', [LOST], () => ({
    kernel: (_kernel, plan, compile) => ({
      bind({ views, rotation }) {
        checkMemory(views, plan)
        return () => compile(plan).run({ views, rotation })
      },
    }),
  })),
]

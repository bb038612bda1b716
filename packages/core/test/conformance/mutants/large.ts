/**
 * Mistakes that only large calls show: thresholds, tiles, chunks, slices and narrow integers.
 */
import type { Backend, OperandPlan, Plan, Rotation, View } from '../../../src/contract/backend.js'
import type { Mutant } from './mutant.js'
import { wrap, wrapped } from './wrapped.js'

function elementsOf({ batch, tokens, headDim, operands }: Plan): number {
  return batch * tokens * headDim * operands.reduce((sum, { heads }) => sum + heads, 0)
}

/** A plan with at most so many of something. */
function atMost(field: 'batch' | 'tokens' | 'pairs', most: number): (plan: Plan) => Plan {
  return (plan) => ({ ...plan, [field]: Math.min(plan[field], most) })
}

function headsAtMost(most: number): (plan: Plan) => Plan {
  return (plan) => ({
    ...plan,
    operands: plan.operands.map((one) => ({ ...one, heads: Math.min(one.heads, most) })),
  })
}

/** Rows from the second tile of a table on are those of the first. */
function firstTileOf(rotation: Rotation, rows: number): Rotation {
  const tile = rows * rotation.pairs
  const repeat = (values: Rotation['cos']): Rotation['cos'] =>
    values.map((_, i) => values[i % tile] as number)
  return rotation.rows <= rows
    ? rotation
    : { ...rotation, cos: repeat(rotation.cos), sin: repeat(rotation.sin) }
}

/** Every head's first element in the target, of an operand. */
function eachHead(plan: Plan, { heads, target }: OperandPlan, visit: (at: number) => void): void {
  for (let b = 0; b < plan.batch; b++)
    for (let t = 0; t < plan.tokens; t++)
      for (let h = 0; h < heads; h++) visit(b * target.batch + t * target.token + h * target.head)
}

/** Zeroes a channel of every head of large calls out of place. */
function spoil(channelOf: (plan: Plan) => number, elements: number) {
  return (plan: Plan, views: readonly View[]): void => {
    if (plan.inPlace || elementsOf(plan) <= elements) return
    plan.operands.forEach((operand, i) => {
      const { target, targetOffset } = views[i] as View
      const channel = channelOf(plan) * operand.target.channel
      eachHead(plan, operand, (at) => {
        target[targetOffset + at + channel] = 0
      })
    })
  }
}

const narrow = (stride: number, bits: number): number => (stride << (32 - bits)) >> (32 - bits)

function narrowStrides(plan: Plan, bits: number): Plan {
  return {
    ...plan,
    operands: plan.operands.map((one) => ({
      ...one,
      source: { ...one.source, token: narrow(one.source.token, bits) },
      target: { ...one.target, token: narrow(one.target.token, bits) },
    })),
  }
}

/** A healthy backend whose kernels cut asynchronous calls into pieces of the batch and tokens. */
function sliced(
  name: string,
  noticed: RegExp,
  tokensOf: (plan: Plan, begin: number, end: number) => readonly [number, number],
): Mutant {
  const create = (base: Backend): Backend => ({
    ...base,
    compile(plan) {
      const kernel = base.compile(plan)
      return {
        run: (call) => kernel.run(call),
        async runAsync({ views, rotation }) {
          const step = Math.max(1, Math.ceil(plan.tokens / 4))
          for (let begin = 0; begin < plan.tokens; begin += step) {
            const end = Math.min(begin + step, plan.tokens)
            const [from, to] = elementsOf(plan) > 4096 ? tokensOf(plan, begin, end) : [begin, end]
            if (from < to) runTokens(base, plan, views, rotation, from, to)
            await Promise.resolve()
          }
        },
      }
    },
  })
  return {
    name,
    noticed: [noticed],
    create: (healthy) => ({ name, backend: create(healthy()) }),
  }
}

function runTokens(
  base: Backend,
  plan: Plan,
  views: readonly View[],
  rotation: Rotation,
  from: number,
  to: number,
): void {
  const moved = views.map((view, i) => {
    const { source, target } = plan.operands[i] as OperandPlan
    return {
      ...view,
      sourceOffset: view.sourceOffset + from * source.token,
      targetOffset: view.targetOffset + from * target.token,
    }
  })
  const rows = from * rotation.pairs
  const cos = rotation.cos.subarray(rows)
  const sin = rotation.sin.subarray(rows)
  void base
    .compile({ ...plan, tokens: to - from })
    .run({ views: moved, rotation: { ...rotation, cos, sin } })
}

/** Rotates one token once more, as two threads do that both claim it. */
function again(plan: Plan, views: readonly View[], rotation: Rotation, healthy: Backend): void {
  if (plan.inPlace && plan.tokens > 100) runTokens(healthy, plan, views, rotation, 58, 59)
}

function claimedTwice(): Mutant {
  return {
    name: 'a token of a large call claimed by two threads',
    noticed: [/^contract\/large\/batches\/local/, /^contract\/large\/many-tokens\/local/],
    create(healthy) {
      const other = healthy()
      const after = (plan: Plan, views: readonly View[], rotation: Rotation): void =>
        again(plan, views, rotation, other)
      return { name: 'twice', backend: wrap(healthy(), { after }) }
    },
  }
}

/** Mutants of size. */
export const LARGE: readonly Mutant[] = [
  wrapped('tokens beyond 4096', [/^contract\/large\/many-tokens/], {
    plan: atMost('tokens', 4096),
  }),
  wrapped('tokens beyond 100', [/^contract\/large\/batches/], { plan: atMost('tokens', 100) }),
  wrapped('heads beyond 32', [/^contract\/large\/many-heads/], { plan: headsAtMost(32) }),
  wrapped('heads beyond 128', [/^contract\/large\/wide-tokens/], { plan: headsAtMost(128) }),
  wrapped('pairs beyond 256', [/^contract\/large\/many-pairs/], { plan: atMost('pairs', 256) }),
  wrapped('batch entries beyond 3', [/^contract\/large\/many-batches/], {
    plan: atMost('batch', 3),
  }),
  wrapped('the second tile of a table', [/^contract\/large\/many-tokens/], {
    rotation: (rotation) => firstTileOf(rotation, 1024),
  }),
  wrapped('the fourth batch entry in a table of its own', [/^contract\/large\/batches/], {
    rotation: (rotation) => firstTileOf(rotation, 234),
  }),
  wrapped('the last token of a chunk', [/^contract\/large\/batches/], {
    plan: (plan) =>
      elementsOf(plan) > 1_000_000 && plan.batch > 1 ? { ...plan, tokens: plan.tokens - 1 } : plan,
  }),
  claimedTwice(),
  wrapped('streamed results whose last pair is missing', [/^contract\/large\/streamed/], {
    after: spoil(({ windowOffset, pairs }) => windowOffset + 2 * pairs - 1, 2 ** 23),
  }),
  wrapped('streamed channels before the window', [/^contract\/large\/streamed/], {
    after: spoil(({ windowOffset }) => windowOffset - 1, 2 ** 23),
  }),
  wrapped('large results whose last channel is missing', [/^contract\/large\/batches/], {
    after: spoil(({ headDim }) => headDim - 1, 2 ** 20),
  }),
  wrapped('the window of forty tokens and more', [/^contract\/large\/forty-tokens/], {
    plan: (plan) =>
      !plan.inPlace && plan.tokens >= 40 && plan.windowOffset > 0
        ? { ...plan, windowOffset: plan.windowOffset - 1 }
        : plan,
  }),
  wrapped('backwards with many tokens', [/^contract\/large\/(batches|many-tokens)/], {
    plan: (plan) => (plan.tokens > 100 ? { ...plan, direction: 1 } : plan),
  }),
  wrapped('strides in 16 bits', [/^contract\/large\/wide-tokens/], {
    plan: (plan) => narrowStrides(plan, 16),
  }),
  wrapped('strides in 32 bits', [/^contract\/gigabytes\/far-apart/], {
    plan: (plan) => narrowStrides(plan, 32),
  }),
  sliced('slices that overlap', /^contract\/large\/batches\/async/, (_plan, begin, end) => [
    Math.max(0, begin - 1),
    end,
  ]),
  sliced('a last slice that is not run', /^contract\/large\/batches\/async/, (plan, begin, end) => [
    begin,
    end === plan.tokens && begin > 0 ? begin : end,
  ]),
  sliced('slices rounded down', /^contract\/large\/many-tokens\/async/, (_plan, begin, end) => [
    begin,
    end - (end % 2),
  ]),
]

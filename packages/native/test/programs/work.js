/**
 * Work for the programs beside this file: calls that wake the pool, and ways to check them.
 */
import { computeFrequencies, resolveConfig } from '@rope/core'
import { createRotationBuilder, expandPositions, makePlan, readPositions } from '@rope/core/backend'

const HEAD_DIM = 64
const HEADS = 8

/** A plan for `tokens` tokens of q in that memory; 2 KB per token. */
export function createCall(tokens, allocate = (length) => new Float32Array(length)) {
  const config = resolveConfig({
    headDim: HEAD_DIM,
    pairing: 'half',
    schedule: { type: 'default', base: 10000 },
  })
  const data = allocate(tokens * HEADS * HEAD_DIM).fill(1)
  const { plan, views } = makePlan(
    config,
    { q: { data, shape: [1, tokens, HEADS, HEAD_DIM] } },
    'bshd',
  )
  const builder = createRotationBuilder(config, computeFrequencies(config))
  const rotation = builder.build(expandPositions(readPositions(5, 1), 1, tokens, 1), 'float32')
  return { plan, views, rotation }
}

/** Shared memory of `length` floats. */
export function shared(length) {
  return new Float32Array(new SharedArrayBuffer(4 * length))
}

/** Throws unless a call has rotated its memory of ones exactly once. */
export function checkRotated({ views, rotation }) {
  const { source } = views[0]
  const half = HEAD_DIM / 2
  for (const token of [0, 1, Math.floor(rotation.rows / 2), rotation.rows - 1]) {
    for (let i = 0; i < half; i++) {
      const at = token * HEADS * HEAD_DIM + i
      const row = token * half + i
      const wanted = Math.fround(rotation.cos[row] - rotation.sin[row])
      if (source[at] !== wanted)
        throw new Error(`token ${token}, pair ${i}: ${source[at]} instead of ${wanted}`)
    }
  }
}

/** A plan of one float32 operand in place as src/plan-words.ts writes it: it compiles, or it is not. */
export function planBytes({ batch, tokens, headDim, pairs, windowOffset, pairing, operands }) {
  const bytes = new Uint8Array(216)
  new Int32Array(bytes.buffer, 0, 4).set([0, 1, 1, 1])
  const [{ heads, source, target }] = operands
  const strides = [source, target].flatMap((of) => [of.batch, of.token, of.head, of.channel])
  const { step, partner } = pairing
  const numbers = [batch, tokens, headDim, pairs, windowOffset, step, partner, heads, ...strides]
  new BigInt64Array(bytes.buffer, 16).set(numbers.map(BigInt))
  return bytes
}

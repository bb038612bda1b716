/**
 * The golden digests, recomputed with the reference of the specification: an implementation that
 * shares no code with the self-test nor with any backend.
 */
import type { Elements, View } from '@rope/core/backend'
import { type LogicalSizes, modelRotate } from '@rope/core/reference'
import { describe, expect, test } from 'vitest'
import { rightAnswer } from '../../src/self-test/oracle.js'
import { digestOf, prepare, SIZES, VECTORS, type Vector } from '../../src/self-test/vectors.js'

/** What the target memory must hold, by the reference. */
function referenceAnswer(vector: Vector): Elements {
  const { plan, views, rotation } = prepare(vector)
  const answer = (views[0] as View).target.slice()
  SIZES.heads.forEach((heads, i) => {
    const { batch, tokens, headDim, pairs, windowOffset } = SIZES
    const sizes: LogicalSizes = { batch, tokens, heads, headDim }
    const { source, sourceOffset, targetOffset } = views[i] as View
    const input = source.slice(sourceOffset, sourceOffset + tokens * heads * headDim)
    const window = { pairing: vector.pairing, rotaryDim: 2 * pairs, windowOffset }
    const rotated = modelRotate(input, plan.dtype, sizes, window, rotation, plan.direction)
    answer.set(rotated as Float32Array, targetOffset)
  })
  return answer
}

describe.each(VECTORS)('$dtype, $pairing, in place: $inPlace', (vector) => {
  test('has the digest of the reference', () => {
    expect(digestOf(referenceAnswer(vector))).toBe(vector.digest)
  })

  test('is answered rightly by the oracle that names the evidence', () => {
    const { plan, views, rotation } = prepare(vector)
    expect(digestOf(rightAnswer(plan, views, rotation))).toBe(vector.digest)
  })
})

test('every dtype and pairing has a digest of its own, and no two vectors share one', () => {
  expect(new Set(VECTORS.map(({ digest }) => digest)).size).toBe(16)
})

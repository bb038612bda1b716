/**
 * The access of a call: as wide as every offset and stride allows, and never wider.
 */
import { describe, expect, test } from 'vitest'
import { chooseAccess } from '../src/plan/access.js'
import { makeTestPlan, type PlanOptions } from './support/plans.js'

function accessOf(options: PlanOptions, source = 0, target = source): string {
  const plan = makeTestPlan(options)
  return chooseAccess(
    plan,
    plan.operands.map(() => ({ source, target })),
  )
}

describe('float32', () => {
  test.each<[string, PlanOptions, number, string]>([
    ['dense', {}, 0, 'vec4'],
    ['offset of a vector', {}, 4, 'vec4'],
    ['offset of two elements', {}, 2, 'vec2'],
    ['odd offset', {}, 1, 'element'],
    ['6 pairs', { headDim: 12, pairs: 6 }, 0, 'vec2'],
    ['6 interleaved pairs', { headDim: 12, pairs: 6, pairing: 'interleaved' }, 0, 'vec4'],
    ['5 pairs', { headDim: 12, pairs: 5 }, 0, 'element'],
    ['5 interleaved pairs', { headDim: 12, pairs: 5, pairing: 'interleaved' }, 0, 'vec2'],
    ['window at 2', { pairs: 8, windowOffset: 2 }, 0, 'vec2'],
    ['window at 3', { pairs: 8, windowOffset: 3 }, 0, 'element'],
    ['token stride with a gap', { strides: { token: 514 } }, 0, 'vec2'],
    ['channels apart', { strides: { channel: 2 } }, 0, 'element'],
    ['channels backwards', { strides: { channel: -1 } }, 127, 'element'],
    ['heads backwards', { strides: { head: -128 } }, 384, 'vec4'],
    ['one token with an odd stride', { tokens: 1, strides: { token: 3 } }, 0, 'vec4'],
    ['one head with an odd stride', { heads: [1], strides: { head: 3 } }, 0, 'vec4'],
    ['out of place, tail of 2', { headDim: 130, pairs: 64, inPlace: false }, 0, 'vec2'],
    [
      'in place, tail of 2',
      { headDim: 130, pairs: 64, strides: { token: 520, head: 132 } },
      0,
      'vec4',
    ],
  ])('%s', (_, options, offset, access) => {
    expect(accessOf(options, offset)).toBe(access)
  })
})

describe.each(['float16', 'bfloat16'] as const)('%s', (dtype) => {
  test.each<[string, PlanOptions, number, string]>([
    ['dense', {}, 0, 'vec4'],
    ['offset of 8 elements', {}, 8, 'vec4'],
    ['offset of 4 elements', {}, 4, 'vec2'],
    ['offset of a word', {}, 2, 'word'],
    ['an element that shares its word', {}, 1, 'element'],
    ['6 pairs', { headDim: 12, pairs: 6 }, 0, 'word'],
    ['5 pairs', { headDim: 12, pairs: 5 }, 0, 'element'],
    ['5 interleaved pairs', { headDim: 12, pairs: 5, pairing: 'interleaved' }, 0, 'word'],
    ['an odd stride', { strides: { token: 513 } }, 0, 'element'],
  ])('%s', (_, options, offset, access) => {
    expect(accessOf({ dtype, ...options }, offset)).toBe(access)
  })
})

test('one operand that cannot makes the whole call slow', () => {
  const plan = makeTestPlan({ dtype: 'bfloat16' })
  const offsets = [
    { source: 0, target: 0 },
    { source: 1, target: 1 },
  ]
  expect(chooseAccess(plan, offsets)).toBe('element')
})

test('the target counts as much as the source', () => {
  expect(accessOf({ inPlace: false }, 0, 4)).toBe('vec4')
  expect(accessOf({ inPlace: false }, 0, 2)).toBe('vec2')
  expect(accessOf({ inPlace: false }, 0, 1)).toBe('element')
})

test('a pairing without a name is walked by elements', () => {
  const plan = { ...makeTestPlan(), pairing: { step: 1, partner: 80 }, pairs: 32 }
  const offsets = plan.operands.map(() => ({ source: 0, target: 0 }))
  expect(chooseAccess(plan, offsets)).toBe('element')
})

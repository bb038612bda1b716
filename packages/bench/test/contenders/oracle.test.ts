/**
 * The check before the clock: it must pass what is right and catch what is slightly wrong.
 */
import { createRope } from '@rope/core'
import type { Elements } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { fillInput, inputRow, operandLength, tensorShape } from '../../src/contenders/input.js'
import { createGroupMemory } from '../../src/contenders/memory.js'
import { checkedTokens, checkRotation, type Rotated } from '../../src/contenders/oracle.js'
import { GLM, shapeConfig } from '../../src/matrix/model-shape.js'
import { firstPosition, type RotationCase, rotationCase } from '../../src/matrix/rotation-case.js'

const SMALL = { ...GLM, queryHeads: 3, keyHeads: 2 }

/** The case rotated by the JavaScript backend through the public API. */
function rotated(rotation: RotationCase): Rotated {
  const memory = createGroupMemory()
  const array = (operand: 0 | 1): Elements => {
    const length = operandLength(rotation, operand)
    const elements = memory.array(null, rotation.dtype, length, operand === 0 ? 'q' : 'k')
    fillInput(rotation, operand, elements)
    return elements
  }
  const { layout, dtype } = rotation
  const tensors = [array(0), array(1)] as const
  const tensor = (operand: 0 | 1) => ({
    data: tensors[operand],
    shape: tensorShape(rotation, operand),
    layout,
    dtype,
  })
  const config = shapeConfig(rotation.shape, rotation.pairing)
  const rope = createRope(config, { backend: createJsBackend() })
  rope.rotate({ q: tensor(0), k: tensor(1), positions: firstPosition(rotation) })
  return tensors
}

const CASES = [
  rotationCase({ tokens: 1, shape: SMALL }),
  rotationCase({ tokens: 5, shape: SMALL, pairing: 'interleaved' }),
  rotationCase({ tokens: 40, shape: SMALL, layout: 'bhsd' }),
  rotationCase({ tokens: 3, shape: SMALL, dtype: 'bfloat16' }),
  rotationCase({ tokens: 3, shape: SMALL, dtype: 'float16' }),
  rotationCase({ tokens: 3, shape: SMALL, dtype: 'float64' }),
]

describe('checkRotation', () => {
  test.each(CASES)('passes the bits of a right rotation (case %#)', (rotation) => {
    expect(checkRotation(rotation, rotated(rotation), 'bits')).toBeNull()
  })

  test.each(CASES)('notices a small change of any channel (case %#)', (rotation) => {
    const [q, k] = rotated(rotation)
    const bytes = new Uint8Array(k.buffer, k.byteOffset, k.byteLength)
    // The last bit; of float64, which has a bound of its own, one of the last ten.
    const [byte, bit] = rotation.dtype === 'float64' ? [1, 2] : [0, 1]
    for (const channel of [0, 63, 64, 127]) {
      const place = channel * k.BYTES_PER_ELEMENT + byte
      bytes[place] = (bytes[place] ?? 0) ^ bit
      const wrong = checkRotation(rotation, [q, k], 'bits')
      expect(wrong).toContain(`k, token 0, head 0, channel ${channel} `)
      bytes[place] = (bytes[place] ?? 0) ^ bit
    }
    expect(checkRotation(rotation, [q, k], 'bits')).toBeNull()
  })

  test('the bound allows roundings and nothing more', () => {
    const rotation = rotationCase({ tokens: 2, shape: SMALL })
    const [q, k] = rotated(rotation)
    const value = q[5] as number
    q[5] = value * (1 + 2 ** -23)
    expect(checkRotation(rotation, [q, k], 'bits')).not.toBeNull()
    expect(checkRotation(rotation, [q, k], 'bound')).toBeNull()
    q[5] = value + 1e-4
    expect(checkRotation(rotation, [q, k], 'bound')).toContain('q, token 0, head 0, channel 5 ')
    q[5] = Number.NaN
    expect(checkRotation(rotation, [q, k], 'bound')).not.toBeNull()
  })

  test.each(['float16', 'bfloat16'] as const)('in %s it allows the last bit', (dtype) => {
    const rotation = rotationCase({ tokens: 2, shape: SMALL, dtype })
    const [q, k] = rotated(rotation)
    const value = q[5] as number
    q[5] = value + 1
    expect(checkRotation(rotation, [q, k], 'bits')).not.toBeNull()
    expect(checkRotation(rotation, [q, k], 'bound')).toBeNull()
    for (const wrong of [value + 8, value - 8, value ^ 0x8000, 0x7fff]) {
      q[5] = wrong
      expect(checkRotation(rotation, [q, k], 'bound')).toContain('q, token 0, head 0, channel 5 ')
    }
  })

  test('what was not rotated at all is wrong', () => {
    const rotation = rotationCase({ tokens: 2, shape: SMALL })
    const tensors = rotated(rotation)
    fillInput(rotation, 0, tensors[0])
    expect(checkRotation(rotation, tensors, 'bound')).toMatch(/^q, token 1, head 0, channel /)
  })
})

describe('checkedTokens', () => {
  test('all of a few, both ends and a spread of many', () => {
    expect(checkedTokens(3)).toEqual([0, 1, 2])
    const spread = checkedTokens(4096)
    expect(spread).toHaveLength(16)
    expect(spread[0]).toBe(0)
    expect(spread.at(-1)).toBe(4095)
    expect([...spread].sort((a, b) => a - b)).toEqual(spread)
    // No gap larger than three times an even spread.
    const gaps = spread.slice(1).map((token, i) => token - (spread[i] ?? 0))
    expect(Math.max(...gaps)).toBeLessThan((3 * 4096) / 16)
  })
})

describe('input', () => {
  test('every row can be found again, and rows differ', () => {
    const rotation = rotationCase({ tokens: 4, shape: SMALL, layout: 'bhsd' })
    const q = new Float32Array(operandLength(rotation, 0))
    fillInput(rotation, 0, q)
    const at = (2 * 4 + 3) * 128
    expect([...q.subarray(at, at + 128)]).toEqual([...inputRow(rotation, 0, 3, 2)])
    expect([...inputRow(rotation, 0, 3, 2)]).not.toEqual([...inputRow(rotation, 0, 2, 3)])
    expect(q.every((value) => Number.isFinite(value) && Math.abs(value) <= 4)).toBe(true)
  })
})

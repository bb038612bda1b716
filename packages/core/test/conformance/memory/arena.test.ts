/**
 * Placements and arenas: the suite's own reading of layouts, and canaries that see every write.
 */
import { describe, expect, test } from 'vitest'
import { ConformanceFailure, NotSupported } from '../../../src/conformance/case.js'
import {
  checkCanaries,
  checkUnchanged,
  createArena,
  putTensor,
  readTensor,
  snapshot,
} from '../../../src/conformance/memory/arena.js'
import { bitsOf, elementsFrom } from '../../../src/conformance/memory/elements.js'
import { addressesOf, placeTensor, SPACINGS } from '../../../src/conformance/memory/placement.js'
import { DTYPES } from '../../../src/numbers/dtype.js'
import { LAYOUTS } from '../../../src/plan/tensor.js'
import { createNaiveBackend } from '../naive-backend.js'

const backend = createNaiveBackend()
const SIZES = { batch: 2, tokens: 3, heads: 2, headDim: 4 }

describe.each(LAYOUTS.flatMap((layout) => SPACINGS.map((spacing) => [layout, spacing] as const)))(
  '%s, %s',
  (layout, spacing) => {
    const sizes = layout === 'thd' ? { ...SIZES, batch: 1 } : SIZES
    const placement = placeTensor(sizes, layout, spacing)
    const addresses = addressesOf(sizes, placement.strides, placement.origin)

    test('gives every element a place of its own, within the array', () => {
      expect(new Set(addresses).size).toBe(addresses.length)
      expect(Math.min(...addresses)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...addresses)).toBe(placement.length - 1)
    })

    test('says the same in the words of a user', () => {
      const count = placement.shape.reduce((product, size) => product * size, 1)
      expect(count).toBe(addresses.length)
      expect(placement.offset ?? 0).toBe(placement.origin)
      expect(placement.shapeStrides === undefined).toBe(spacing === 'dense' || spacing === 'offset')
    })
  },
)

test('dense layouts, written out', () => {
  const strides = (layout: 'bshd' | 'bhsd' | 'sbhd'): readonly number[] =>
    Object.values(placeTensor(SIZES, layout, 'dense').strides)
  expect(strides('bshd')).toEqual([24, 8, 4, 1])
  expect(strides('bhsd')).toEqual([24, 4, 12, 1])
  expect(strides('sbhd')).toEqual([8, 16, 4, 1])
})

describe.each([...DTYPES])('an arena of %s', (dtype) => {
  const placement = placeTensor(SIZES, 'bshd', 'padded')
  const values = elementsFrom(
    dtype,
    Float64Array.from({ length: 48 }, (_, i) => i - 20),
  )

  test('gives back what was put in, and its canaries live', () => {
    const arena = createArena(backend, dtype, placement.length, 1)
    const placed = putTensor(arena, placement, values)
    expect(bitsOf(readTensor(placed))).toEqual(bitsOf(values))
    expect(() => checkCanaries(arena)).not.toThrow()
  })

  test.each([
    ['before the data', -1],
    ['after the data', placement.length],
    ['in a gap', placement.origin + 4],
  ])('sees a write %s', (_where, at) => {
    const arena = createArena(backend, dtype, placement.length, 1)
    putTensor(arena, placement, values)
    const bytes = new Uint8Array(arena.data.buffer)
    const first = arena.data.byteOffset + at * arena.data.BYTES_PER_ELEMENT
    bytes[first] = (bytes[first] as number) ^ 1
    expect(() => checkCanaries(arena)).toThrow(ConformanceFailure)
  })

  test('lets its tensor be written, but not behind a snapshot', () => {
    const arena = createArena(backend, dtype, placement.length, 1)
    const { addresses } = putTensor(arena, placement, values)
    const before = snapshot(arena)
    expect(() => checkUnchanged(arena, before, 'it')).not.toThrow()
    arena.data[addresses[7] as number] = 5
    expect(() => checkCanaries(arena)).not.toThrow()
    expect(() => checkUnchanged(arena, before, 'it')).toThrow(`element ${addresses[7]}`)
  })
})

test('what the backend does not have is not supported, not failed', () => {
  const { allocate: _, ...without } = backend
  expect(() => createArena(without, 'float32', 8, 1, 'allocated')).toThrow(NotSupported)
})

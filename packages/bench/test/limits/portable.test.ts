import { describe, expect, test } from 'vitest'
import { openPortableLimit } from '../../src/contenders/limit.js'
import { limitModule } from '../../src/limits/limit-module.js'
import { createPortableLimits } from '../../src/limits/portable.js'
import type { LimitSpec } from '../../src/matrix/group.js'
import { limitName } from '../../src/matrix/matrix.js'
import { GLM } from '../../src/matrix/model-shape.js'
import { rotationCase } from '../../src/matrix/rotation-case.js'

const { WebAssembly: engine } = globalThis as unknown as {
  readonly WebAssembly: { validate(bytes: Uint8Array): boolean }
}

describe('portable limits', () => {
  test('the module is valid', () => {
    expect(engine.validate(limitModule())).toBe(true)
  })

  test('scale multiplies every element of every array, as often as asked', () => {
    // 16 floats are one turn of the loop; 5 + 16 + 20 end inside of one.
    const { sources, targets, scale } = createPortableLimits([5, 16, 20])
    sources.forEach((source, i) => source.fill(i + 1))
    scale(3, 1)
    expect(sources.map((source) => [...new Set(source)])).toEqual([[3], [6], [9]])
    scale(2, 3)
    expect(sources.map((source) => [...new Set(source)])).toEqual([[24], [48], [72]])
    expect(targets.every((target) => target.every((value) => value === 0))).toBe(true)
  })

  test('copy takes every source to its target', () => {
    const { sources, targets, copy } = createPortableLimits([7, 40])
    sources.forEach((source, i) => source.forEach((_, j) => source.set([i * 100 + j], j)))
    copy(2)
    expect(targets.map((target) => [...target])).toEqual(sources.map((source) => [...source]))
  })

  test('arrays follow each other, so that one sweep has them all', () => {
    const { sources } = createPortableLimits([8, 4])
    expect(sources[1]?.byteOffset).toBe(32)
    expect(createPortableLimits([]).sources).toEqual([])
  })
})

describe('limits as contenders', () => {
  const spec = (limit: LimitSpec['limit'], place: 'in-place' | 'out-of-place'): LimitSpec => ({
    kind: 'limit',
    limit,
    name: 'portable',
    case: rotationCase({ tokens: 2, shape: GLM, place }),
    variant: { memory: 'foreign', threads: 'one' },
  })

  test('check themselves', () => {
    expect(openPortableLimit(spec('scale', 'in-place')).check()).toBeNull()
    expect(openPortableLimit(spec('copy', 'out-of-place')).check()).toBeNull()
  })

  test('are named after whose they are', () => {
    expect(limitName(spec('scale', 'in-place'))).toBe('scale (portable)')
    const own: LimitSpec = {
      ...spec('copy', 'in-place'),
      name: 'wasm',
      variant: { memory: 'resident', threads: 'all' },
    }
    expect(limitName(own)).toBe('copy (wasm, resident, all threads)')
  })
})

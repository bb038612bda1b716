/**
 * Position maps: which distance attention sees, over all pairs of tokens.
 */
import { describe, expect, test } from 'vitest'
import { dualChunkPosition } from '../../../src/presets/positions/dual-chunk.js'
import { mapPositions, reRopeMap, selfExtendMap } from '../../../src/presets/positions/two-range.js'

describe('dual chunk', () => {
  const options = { chunkSize: 10, localSize: 2 }

  test('positions of a token in each role', () => {
    expect(dualChunkPosition(19, options)).toEqual({
      key: 3,
      intra: 3,
      successor: 10,
      inter: 10,
      successorCritical: 11,
      interCritical: 13,
    })
    expect(dualChunkPosition(16, options).successor).toBe(8)
  })

  test('own chunk and local part of the one before keep their distance; none exceeds the chunk', () => {
    const chunk = 8
    for (let query = 0; query < 64; query++) {
      for (let key = 0; key <= query; key++) {
        const of = dualChunkPosition(query, options)
        const at = dualChunkPosition(key, options).key
        const apart = Math.floor(query / chunk) - Math.floor(key / chunk)
        const seen = (apart === 0 ? of.intra : apart === 1 ? of.successor : of.inter) - at
        expect(seen).toBeLessThanOrEqual(options.chunkSize)
        expect(seen).toBeGreaterThanOrEqual(0)
        if (apart === 0 || (apart === 1 && query % chunk <= options.localSize)) {
          expect(seen).toBe(query - key)
        }
        if (apart === 1) expect(of.successorCritical - at).toBe(query - key)
      }
    }
  })

  test('the constant query never falls below any key', () => {
    expect(dualChunkPosition(5, { chunkSize: 100, localSize: 90 }).inter).toBe(19)
  })

  test('refusals', () => {
    expect(() => dualChunkPosition(0, { chunkSize: 4, localSize: 4 })).toThrow(/^localSize is 4/)
    expect(() => dualChunkPosition(-1, options)).toThrow(/^position is -1/)
  })
})

describe('self-extend', () => {
  test('near distances stay, far ones count groups, and the ranges meet', () => {
    const map = selfExtendMap({ group: 4, window: 8 })
    for (let query = 0; query < 100; query++) {
      for (let key = 0; key <= query; key++) {
        const seen = map.distance(query, key)
        if (query - key < 8) expect(seen).toBe(query - key)
        else expect(seen).toBe(Math.floor(query / 4) - Math.floor(key / 4) + 6)
      }
    }
    expect(map.distance(100, 92)).toBe(8)
  })

  test('a distance of exactly the window is far, one less is near', () => {
    // 10 = 2 * 4 + 2: the ranges do not meet at every token, so the side shows.
    const map = selfExtendMap({ group: 4, window: 10 })
    expect(map.distance(13, 3)).toBe(3 + 8 - 0)
    expect(map.distance(13, 4)).toBe(9)
    expect(map.distance(16, 6)).toBe(4 + 8 - 1)
    expect(map.distance(12, 2)).toBe(3 + 8 - 0)
    expect(map.window).toBe(10)
  })

  test('a group of one changes nothing', () => {
    const map = selfExtendMap({ group: 1, window: 8 })
    expect(map.distance(1000, 3)).toBe(997)
  })
})

describe('ReRoPE', () => {
  test('distances stop at the window', () => {
    const map = reRopeMap({ window: 16 })
    for (let query = 0; query < 64; query++) {
      for (let key = 0; key <= query; key++) {
        expect(map.distance(query, key)).toBe(Math.min(query - key, 16))
      }
    }
    expect([...mapPositions([0, 20, 99], map.farQuery)]).toEqual([16, 16, 16])
    expect([...mapPositions([0, 20, 99], map.farKey)]).toEqual([0, 0, 0])
  })

  test('with a leak they grow on, more slowly', () => {
    const map = reRopeMap({ window: 16, leak: 0.25 })
    expect(map.distance(100, 4)).toBe(16 + (96 - 16) / 4)
    expect(reRopeMap({ window: 16, leak: 1 }).distance(100, 4)).toBe(96)
  })

  test('refusals', () => {
    expect(() => reRopeMap({ window: 0 })).toThrow(/^window is 0/)
    expect(() => selfExtendMap({ group: 0, window: 1 })).toThrow(/^group is 0/)
  })
})

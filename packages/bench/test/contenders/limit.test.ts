import { describe, expect, test } from 'vitest'
import { openLimit } from '../../src/contenders/limit.js'
import { createGroupMemory } from '../../src/contenders/memory.js'
import type { LimitHooks } from '../../src/limits/hooks.js'
import type { LimitSpec } from '../../src/matrix/group.js'
import { GLM } from '../../src/matrix/model-shape.js'
import { movedBytes, rotationCase } from '../../src/matrix/rotation-case.js'

/** Hooks that do what they promise, in plain JavaScript, and count the bytes they move. */
function honestHooks(moved: { bytes: number }): LimitHooks {
  return {
    scale(arrays, factor, repeat) {
      for (let i = 0; i < repeat; i++) {
        for (const array of arrays) {
          array.forEach((value, at) => array.set([value * factor], at))
          moved.bytes += 2 * array.byteLength
        }
      }
    },
    copy(targets, sources, repeat) {
      for (let i = 0; i < repeat; i++) {
        targets.forEach((target, at) => {
          target.set(sources[at] ?? [])
          moved.bytes += 2 * target.byteLength
        })
      }
    },
  }
}

const DTYPES = ['float32', 'bfloat16', 'float16', 'float64'] as const

function specOf(limit: LimitSpec['limit'], dtype: (typeof DTYPES)[number]): LimitSpec {
  const place = limit === 'scale' ? 'in-place' : 'out-of-place'
  return {
    kind: 'limit',
    limit,
    name: 'any',
    case: rotationCase({ tokens: 1, shape: GLM, dtype, place }),
    variant: { memory: 'foreign', threads: 'one' },
  }
}

describe('limits by hooks', () => {
  test.each(DTYPES)('move as many bytes as the rotation of %s', async (dtype) => {
    for (const limit of ['scale', 'copy'] as const) {
      const spec = specOf(limit, dtype)
      const moved = { bytes: 0 }
      const opened = openLimit(spec, honestHooks(moved), null, createGroupMemory())
      expect(await opened.check()).toBeNull()
      expect(moved.bytes).toBe(movedBytes(spec.case))
      await opened.run(3)
      expect(moved.bytes).toBe(4 * movedBytes(spec.case))
    }
  })

  test('hooks that skip an element are caught', async () => {
    const honest = honestHooks({ bytes: 0 })
    const lazy: LimitHooks = {
      scale: (arrays, ...rest) =>
        honest.scale(
          arrays.map((x) => x.subarray(0, -1)),
          ...rest,
        ),
      copy: () => undefined,
    }
    const open = (limit: LimitSpec['limit']) =>
      openLimit(specOf(limit, 'float32'), lazy, null, createGroupMemory())
    expect(await open('scale').check()).toMatch(/^array 0, element 2047 is 6, but should be -6$/)
    expect(await open('copy').check()).toMatch(/^array 0, element 0 is 0, but should be 1$/)
  })

  test('share the memory of a float32 rotation', () => {
    const memory = createGroupMemory()
    const seen: Float32Array[] = []
    const hooks: LimitHooks = {
      scale: (arrays) => void seen.push(...arrays),
      copy: () => undefined,
    }
    openLimit(specOf('scale', 'float32'), hooks, null, memory).run(1)
    // 64 of 128 channels rotate, so that half of the array moves.
    const q = memory.array(null, 'float32', 32 * 128, 'q')
    expect(seen[0]?.buffer).toBe(q.buffer)
    expect(seen[0]).toHaveLength(32 * 64)
  })
})

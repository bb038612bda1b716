/**
 * From touched memory to bindings that WebGPU accepts: nothing written is bound twice, writable
 * ranges do not overlap, and whole buffers are bound where they fit.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bound, bindTensors, type Touched } from '../src/plan/bindings.js'

function bufferOf(size: number): GPUBuffer {
  return { size } as GPUBuffer
}

function touch(
  name: string,
  written: boolean,
  buffer: GPUBuffer,
  firstByte: number,
  endByte: number,
): Touched {
  return { name, written, buffer, firstByte, endByte }
}

function summary(bound: Bound | null): unknown {
  return bound?.ranges.map(({ name, written, offset, size }) => ({ name, written, offset, size }))
}

describe('buffers that fit', () => {
  test('apart: one binding each, whole', () => {
    const bound = bindTensors(
      [touch('q', true, bufferOf(1000), 0, 400), touch('k', true, bufferOf(602), 100, 200)],
      65536,
    )
    expect(summary(bound)).toEqual([
      { name: 'q', written: true, offset: 0, size: 1000 },
      { name: 'k', written: true, offset: 0, size: 600 },
    ])
    expect(bound?.indices).toEqual([0, 1])
  })

  test('two ranges of one buffer: one binding', () => {
    const shared = bufferOf(1024)
    const bound = bindTensors(
      [touch('q', true, shared, 0, 400), touch('k', true, shared, 400, 500)],
      65536,
    )
    expect(summary(bound)).toEqual([{ name: 'q_and_k', written: true, offset: 0, size: 1024 }])
    expect(bound?.indices).toEqual([0, 0])
  })

  test('a source beside its target is bound read-write with it', () => {
    const shared = bufferOf(1024)
    const other = bufferOf(1024)
    const bound = bindTensors(
      [
        touch('q', false, shared, 0, 400),
        touch('out_q', true, shared, 512, 912),
        touch('k', false, other, 0, 100),
        touch('out_k', true, shared, 920, 1020),
      ],
      65536,
    )
    expect(summary(bound)).toEqual([
      { name: 'q_and_out_q_and_out_k', written: true, offset: 0, size: 1024 },
      { name: 'k', written: false, offset: 0, size: 1024 },
    ])
    expect(bound?.indices).toEqual([0, 0, 1, 0])
  })
})

describe('buffers larger than a binding may be', () => {
  test('only the range is bound, from an aligned byte on', () => {
    const bound = bindTensors([touch('q', true, bufferOf(1 << 20), 70_000, 70_402)], 65536)
    expect(summary(bound)).toEqual([{ name: 'q', written: true, offset: 69_888, size: 516 }])
  })

  test('ranges that meet once they are aligned become one', () => {
    const large = bufferOf(1 << 20)
    const bound = bindTensors(
      [
        touch('q', true, large, 0, 300),
        touch('k', true, large, 400, 500),
        touch('v', true, large, 900, 1000),
      ],
      65536,
    )
    expect(summary(bound)).toEqual([
      { name: 'q_and_k', written: true, offset: 0, size: 500 },
      { name: 'v', written: true, offset: 768, size: 232 },
    ])
  })

  test('a range that is too long has no bindings', () => {
    expect(bindTensors([touch('q', true, bufferOf(1 << 20), 0, 65_537)], 65536)).toBeNull()
  })
})

test('whatever is touched, the bindings hold it and keep the rules', () => {
  const size = 1 << 16
  const access = fc.record({
    buffer: fc.nat(2),
    first: fc.nat(size / 2 - 1).map((word) => word * 2),
    length: fc.integer({ min: 2, max: 5000 }),
    written: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(access, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(8192, 1 << 17),
      (accesses, limit) => {
        const buffers = [0, 1, 2].map(() => bufferOf(size))
        const touched = accesses.map(({ buffer, first, length, written }, i) =>
          touch(
            `t${i}`,
            written,
            buffers[buffer] as GPUBuffer,
            first,
            Math.min(size, first + length),
          ),
        )
        const bound = bindTensors(touched, limit)
        if (bound === null) return
        touched.forEach((one, i) => {
          const range = bound.ranges[bound.indices[i] as number]
          expect(range?.buffer).toBe(one.buffer)
          expect(range?.offset).toBeLessThanOrEqual(one.firstByte)
          expect((range?.offset ?? 0) + (range?.size ?? 0)).toBeGreaterThanOrEqual(one.endByte - 3)
          expect(one.written && range?.written === false).toBe(false)
        })
        bound.ranges.forEach((a, i) => {
          expect(a.offset % 256).toBe(0)
          expect(a.size % 4).toBe(0)
          expect(a.size).toBeLessThanOrEqual(limit)
          bound.ranges.slice(i + 1).forEach((b) => {
            if (a.buffer !== b.buffer) return
            expect(a.written).toBe(b.written)
            const apart = a.offset + a.size <= b.offset || b.offset + b.size <= a.offset
            expect(apart).toBe(true)
          })
        })
      },
    ),
  )
})

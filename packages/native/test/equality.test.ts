/**
 * The same bits as @rope/js: every dtype, pairing and layout, at sizes at which the kernels change
 * their loops, share the work among threads or bypass the caches.
 */
import { createRope, type DType, type Layout, type PairingName, type Tensor } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { createNativeBackend } from '@rope/native'
import { describe, expect, test } from 'vitest'
import { describeNative, INSTRUCTION_SETS } from './here.js'
import { randomElements } from './random.js'

interface Case {
  readonly dtype: DType
  readonly pairing: PairingName
  readonly layout: Layout
  readonly tokens: number
  readonly headDim: number
  readonly rotaryDim: number
  readonly heads: readonly [q: number, k: number]
  readonly place: 'in place' | 'out of place'
  readonly inverse: boolean
}

const USUAL: Case = {
  dtype: 'float32',
  pairing: 'half',
  layout: 'bshd',
  tokens: 3,
  headDim: 128,
  rotaryDim: 128,
  heads: [4, 2],
  place: 'in place',
  inverse: false,
}

const BATCH = 2

function shapeOf({ layout, tokens, headDim }: Case, heads: number): readonly number[] {
  if (layout === 'bshd') return [BATCH, tokens, heads, headDim]
  if (layout === 'bhsd') return [BATCH, heads, tokens, headDim]
  if (layout === 'sbhd') return [tokens, BATCH, heads, headDim]
  return [BATCH * tokens, heads, headDim]
}

/** Bits of q and k after one call. */
function rotate(one: Case, backend: ReturnType<typeof createJsBackend>): readonly Uint8Array[] {
  const { dtype, pairing, layout, headDim, rotaryDim, tokens, heads, place, inverse } = one
  const config = {
    headDim,
    rotaryDim,
    windowOffset: headDim - rotaryDim,
    pairing,
    schedule: { type: 'default', base: 10000 },
  } as const
  const rope = createRope(config, { backend, layout })
  const tensors = heads.map((count, i): Tensor => {
    const data = randomElements(dtype, BATCH * tokens * count * headDim, 17 + i)
    return { data, shape: shapeOf(one, count), dtype }
  })
  const [q, k] = tensors as [Tensor, Tensor]
  const outOf = ({ data, shape }: Tensor): Tensor => {
    const target = (data as Uint16Array).slice().fill(0)
    return { data: target, shape: shape as readonly number[], dtype }
  }
  const out = place === 'in place' ? undefined : { q: outOf(q), k: outOf(k) }
  rope.rotate({ q, k, out, inverse, positions: 1000 })
  return [out?.q ?? q, out?.k ?? k].map(({ data }) => {
    const { buffer, byteOffset, byteLength } = data as Float32Array
    return new Uint8Array(buffer, byteOffset, byteLength)
  })
}

function expectSameBits(one: Case, options: { isa: string; threads?: number }): void {
  const native = createNativeBackend(options)
  const actual = rotate(one, native)
  const wanted = rotate(one, createJsBackend())
  native.dispose()
  for (const [i, bytes] of actual.entries()) {
    expect(bytes.length).toBeGreaterThan(0)
    expect(Buffer.compare(bytes, wanted[i] as Uint8Array), i === 0 ? 'q' : 'k').toBe(0)
  }
}

const DTYPES: readonly DType[] = ['float32', 'float16', 'bfloat16']
const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']
const LAYOUTS: readonly Layout[] = ['bshd', 'bhsd', 'sbhd', 'thd']

describeNative('the same bits as @rope/js', () => {
  describe.each(INSTRUCTION_SETS)('%s', (isa) => {
    for (const dtype of DTYPES) {
      for (const pairing of PAIRINGS) {
        for (const layout of LAYOUTS) {
          test(`${dtype} ${pairing} ${layout}`, () => {
            const one = { ...USUAL, dtype, pairing, layout }
            expectSameBits(one, { isa })
            expectSameBits({ ...one, place: 'out of place' }, { isa })
            expectSameBits({ ...one, inverse: true }, { isa })
            expectSameBits({ ...one, rotaryDim: 50, headDim: 77 }, { isa })
            expectSameBits(
              { ...one, rotaryDim: 50, headDim: 77, place: 'out of place', inverse: true },
              { isa },
            )
          })
        }
      }
    }

    test.each([2, 4, 6, 30, 62, 64, 80, 94, 96, 126, 192, 256])(
      'rotary dimension %i',
      (rotaryDim) => {
        for (const dtype of DTYPES) {
          for (const pairing of PAIRINGS) {
            expectSameBits({ ...USUAL, dtype, pairing, headDim: rotaryDim, rotaryDim }, { isa })
          }
        }
      },
    )
  })

  describe('large', () => {
    const [isa = ''] = INSTRUCTION_SETS
    test.each(DTYPES)('%s, shared among threads', (dtype) => {
      for (const layout of ['bshd', 'bhsd'] as const) {
        expectSameBits(
          { ...USUAL, dtype, layout, heads: [16, 3], tokens: 251 },
          { isa, threads: 4 },
        )
      }
    })

    test.each(PAIRINGS)('%s, out of place, past the caches', (pairing) => {
      // More than half of what the addon takes for the last-level cache: 32 MB, see machine.c.
      const one: Case = { ...USUAL, pairing, tokens: 1100, heads: [26, 8], place: 'out of place' }
      expectSameBits(one, { isa, threads: 2 })
    })
  })
})

/**
 * The one check that the memory of a call is still there.
 */
import { describe, expect, it } from 'vitest'
import { detach, LOSSES, type Loss } from '../../../../tooling/vitest/losses.js'
import type { Elements, Plan, View } from '../../src/doors/backend.js'
import {
  checkMemory,
  elementsOf,
  makePlan,
  reachesMemory,
  watchMemory,
} from '../../src/doors/backend.js'
import { type DType, resolveConfig } from '../../src/index.js'

const CONFIG = resolveConfig({
  headDim: 4,
  pairing: 'half',
  schedule: { type: 'default', base: 10000 },
})

const DTYPES = { float64: Float64Array, float32: Float32Array, float16: Uint16Array } as const
type Tested = keyof typeof DTYPES

const TOKENS = [1, 3] as const
const NEEDED = ['q', 'k', 'out.q', 'out.k'] as const

interface Planned {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly arrays: Readonly<Record<string, Elements>>
}

function plan(
  dtype: Tested,
  tokens: number,
  hasOut: boolean,
  make: (name: string, bytes: number) => ArrayBuffer,
): Planned {
  const arrays: Record<string, Elements> = {}
  const tensor = (name: string, heads: number): object => {
    const length = heads * tokens * 4
    const buffer = make(name, length * DTYPES[dtype].BYTES_PER_ELEMENT)
    arrays[name] = new DTYPES[dtype](buffer)
    return {
      data: arrays[name],
      shape: [1, tokens, heads, 4],
      layout: 'bshd',
      dtype: dtype as DType,
    }
  }
  const [q, k] = [tensor('q', 2), tensor('k', 1)] as never[]
  const out = { q: tensor('out.q', 2), k: tensor('out.k', 1) } as never
  return { ...makePlan(CONFIG, hasOut ? { q, k, out } : ({ q, k } as never)), arrays }
}

const CASES = Object.keys(LOSSES).flatMap((loss) =>
  (Object.keys(DTYPES) as Tested[]).flatMap((dtype) =>
    TOKENS.flatMap((tokens) =>
      NEEDED.map((lost) => ({ loss, dtype, tokens, lost, hasOut: lost.startsWith('out') })),
    ),
  ),
)

describe('memory of a planned call', () => {
  it.each(CASES)('$lost of $dtype, $tokens tokens, $loss', ({ loss, lost, ...form }) => {
    const { make, lose } = LOSSES[loss] as Loss
    const {
      plan: planned,
      views,
      arrays,
    } = plan(form.dtype, form.tokens, form.hasOut, (name, bytes) =>
      name === lost ? make(bytes) : new ArrayBuffer(bytes),
    )
    const isThere = watchMemory(views, planned)
    expect([reachesMemory(views, planned), isThere()]).toEqual([true, true])
    checkMemory(views, planned)
    lose(arrays[lost]?.buffer as ArrayBuffer)
    expect([reachesMemory(views, planned), isThere()]).toEqual([false, false])
    expect(() => checkMemory(views, planned)).toThrow(
      expect.objectContaining({ name: 'RopeError', code: 'INVALID_TENSOR' }),
    )
  })

  it('needs nothing where nothing is touched', () => {
    const { plan: planned, views, arrays } = plan('float32', 0, true, () => new ArrayBuffer(64))
    for (const { buffer } of Object.values(arrays)) detach(buffer)
    expect(reachesMemory(views, planned)).toBe(true)
    expect(watchMemory(views, planned)()).toBe(true)
  })
})

describe('elementsOf', () => {
  it('passes arrays that kernels take as they are', () => {
    for (const array of [new Float32Array(2), new Float64Array(2), new Uint16Array(2)])
      expect(elementsOf(array)).toBe(array)
  })

  it.each([
    ['an Int16Array', new Int16Array(2)],
    ['a Uint8Array', new Uint8Array(2)],
    ['an object', Object.create(Float32Array.prototype)],
    ['an object', new Proxy(new Float32Array(2), {})],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['null', null],
  ])('refuses %s', (name, value) => {
    expect(() => elementsOf(value as never, 'q.data')).toThrow(
      expect.objectContaining({
        code: 'INVALID_TENSOR',
        field: 'q.data',
        message: expect.stringContaining(`q.data is ${name}`),
      }),
    )
  })
})

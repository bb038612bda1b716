/**
 * Memory that goes away, shrinks, grows or is not what it should be: an error that says so, never
 * a crash, and nothing written.
 */
import { runInNewContext } from 'node:vm'
import { RopeError } from '@rope/core'
import type { DecodeFactors, Elements, Rotation, View } from '@rope/core/backend'
import { createNativeBackend } from '@rope/native'
import { describe, expect, test } from 'vitest'
import { type CallFixture, createCall, factorsFor, holds, rotatedByJs } from './call-fixture.js'
import { describeNative } from './here.js'

interface ResizableBuffer extends ArrayBuffer {
  readonly maxByteLength: number
  resize(bytes: number): void
}

interface GrowableBuffer extends SharedArrayBuffer {
  grow(bytes: number): void
}

function resizable(bytes: number, most = bytes): ResizableBuffer {
  const Resizable = ArrayBuffer as unknown as new (
    bytes: number,
    options: object,
  ) => ResizableBuffer
  return new Resizable(bytes, { maxByteLength: most })
}

function detach({ buffer }: Elements): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
}

/** The views with one replaced. */
function replace(views: readonly View[], index: number, change: Partial<View>): readonly View[] {
  return views.map((view, i) => (i === index ? { ...view, ...change } : view))
}

describeNative('memory', () => {
  const backend = createNativeBackend()

  /** The three ways to call a kernel, each with an error instead of a result where it refuses. */
  const WAYS = [
    [
      'run',
      (call: CallFixture, views: readonly View[], rotation: Rotation) =>
        backend.compile(call.plan).run({ views, rotation }),
    ],
    [
      'bind',
      (call: CallFixture, views: readonly View[], rotation: Rotation) =>
        backend.compile(call.plan).bind({ views, rotation }),
    ],
    [
      'runAsync',
      (call: CallFixture, views: readonly View[], rotation: Rotation) =>
        backend.compile(call.plan).runAsync({ views, rotation }),
    ],
  ] as const

  describe.each(WAYS)('%s', (_, way) => {
    async function expectRefusal(
      call: CallFixture,
      change: { readonly views?: readonly View[]; readonly rotation?: Rotation },
      field?: string,
    ): Promise<void> {
      const attempt = async (): Promise<unknown> =>
        way(call, change.views ?? call.views, change.rotation ?? call.rotation)
      const error = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(RopeError)
      expect(error).toMatchObject({ code: 'INVALID_TENSOR', field })
    }

    test('a detached array', async () => {
      for (const index of [0, 1]) {
        const call = createCall()
        detach((call.views[index] as View).source)
        await expectRefusal(call, {}, `views[${index}].source`)
      }
    })

    test('an array that is one element short', async () => {
      for (const index of [0, 1]) {
        const call = createCall()
        const source = (call.views[index] as View).source.subarray(1)
        await expectRefusal(
          call,
          { views: replace(call.views, index, { source, target: source }) },
          `views[${index}].source`,
        )
      }
    })

    test.each([1, -1, 2 ** 60, -(2 ** 60), Number.POSITIVE_INFINITY])(
      'an offset of %d',
      async (sourceOffset) => {
        const call = createCall()
        await expectRefusal(
          call,
          { views: replace(call.views, 0, { sourceOffset, targetOffset: sourceOffset }) },
          'views[0].source',
        )
      },
    )

    test('a resizable buffer that has shrunk', async () => {
      const call = createCall()
      const source = new Float32Array(resizable((call.views[0] as View).source.byteLength))
      const views = replace(call.views, 0, { source, target: source })
      ;(source.buffer as ResizableBuffer).resize(400)
      await expectRefusal(call, { views }, 'views[0].source')
      ;(source.buffer as ResizableBuffer).resize(0)
      await expectRefusal(call, { views }, 'views[0].source')
    })

    test('elements of another size', async () => {
      const call = createCall()
      const source = new Float64Array((call.views[0] as View).source.length)
      await expectRefusal(call, { views: replace(call.views, 0, { source, target: source }) })
      const small = new Uint16Array((call.views[0] as View).source.length)
      await expectRefusal(call, { views: replace(call.views, 0, { source: small, target: small }) })
    })

    test('rows that are too few, detached, of another width or kind', async () => {
      const call = createCall()
      const { rotation } = call
      await expectRefusal(
        call,
        { rotation: { ...rotation, cos: rotation.cos.subarray(1) } },
        'rotation.cos',
      )
      await expectRefusal(
        call,
        { rotation: { ...rotation, sin: rotation.sin.subarray(1) } },
        'rotation.sin',
      )
      await expectRefusal(
        call,
        { rotation: { ...rotation, batchStride: -1 } },
        'rotation.batchStride',
      )
      await expectRefusal(call, { rotation: { ...rotation, pairs: 31 } })
      await expectRefusal(call, {
        rotation: { ...rotation, cos: new Float64Array(rotation.cos.length) },
      })
      const sin = rotation.sin.slice()
      detach(sin)
      await expectRefusal(call, { rotation: { ...rotation, sin } }, 'rotation.sin')
    })

    test('an array that calls itself another', async () => {
      const call = createCall()
      const { length } = (call.views[0] as View).source
      class Liar extends Uint8Array {
        override get [Symbol.toStringTag](): 'Uint8Array' {
          return 'Float32Array' as never
        }
      }
      const own = Object.defineProperties(new Uint8Array(length), {
        BYTES_PER_ELEMENT: { value: 4 },
        byteLength: { value: 4 * length },
        [Symbol.toStringTag]: { value: 'Float32Array' },
      })
      const heir = Object.setPrototypeOf(new Uint8Array(length), Float32Array.prototype)
      for (const liar of [new Liar(length), own, heir, new Int32Array(length)]) {
        const source = liar as unknown as Elements
        await expectRefusal(call, { views: replace(call.views, 1, { source, target: source }) })
        await expectRefusal(call, { rotation: { ...call.rotation, cos: liar as never } })
      }
    })

    test('an array of another realm is as good as ours', async () => {
      const Foreign = runInNewContext('Float32Array') as typeof Float32Array
      const call = createCall({ allocate: (length) => new Foreign(length) })
      const result = await way(call, call.views, call.rotation)
      if (typeof result === 'function') result()
      expect(holds(call.views, call.wanted)).toBe(true)
    })

    test('a target that is too short', async () => {
      const call = createCall()
      const outOfPlace = { ...call, plan: { ...call.plan, inPlace: false } }
      const target = new Float32Array((call.views[1] as View).source.length - 1)
      await expectRefusal(
        outOfPlace,
        { views: replace(call.views, 1, { target }) },
        'views[1].target',
      )
    })
  })

  describe('a bound call', () => {
    function bindResizable(): {
      call: CallFixture
      source: Float32Array
      bound: () => void
      views: readonly View[]
    } {
      const call = createCall()
      const { byteLength } = (call.views[0] as View).source
      const source = new Float32Array(resizable(byteLength, 2 * byteLength))
      source.set((call.views[0] as View).source as Float32Array)
      const views = replace(call.views, 0, { source, target: source })
      return { call, source, views, bound: backend.compile(call.plan).bind({ ...call, views }) }
    }

    test('rotates whatever its arrays hold, any number of times', () => {
      const call = createCall()
      const bound = backend.compile(call.plan).bind(call)
      bound()
      expect(holds(call.views, call.wanted)).toBe(true)
      const twice = rotatedByJs(call.plan, call.views, call.rotation)
      bound()
      expect(holds(call.views, twice)).toBe(true)
    })

    test('follows rows that are filled anew', () => {
      const call = createCall()
      const bound = backend.compile(call.plan).bind(call)
      call.rotation.cos.fill(1)
      call.rotation.sin.fill(0)
      const before = call.views.map(({ source }) => source.slice())
      bound()
      expect(holds(call.views, before)).toBe(true)
    })

    test.each(['source of q', 'source of k', 'cos', 'sin'])(
      'refuses once its %s is detached',
      (which) => {
        const call = createCall()
        const bound = backend.compile(call.plan).bind(call)
        const [q, k] = call.views as [View, View]
        const arrays: Record<string, Elements> = {
          'source of q': q.source,
          'source of k': k.source,
          cos: call.rotation.cos,
          sin: call.rotation.sin,
        }
        detach(arrays[which] as Elements)
        expect(bound).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR' }))
      },
    )

    test('refuses once its memory has shrunk, and goes on when it is back', () => {
      const { source, bound, views, call } = bindResizable()
      const buffer = source.buffer as ResizableBuffer
      const { byteLength } = buffer
      buffer.resize(byteLength - 4)
      expect(bound).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR' }))
      buffer.resize(byteLength)
      const wanted = rotatedByJs(call.plan, views, call.rotation)
      bound()
      expect(holds(views, wanted)).toBe(true)
    })

    test('goes on after its memory has grown', () => {
      const { source, bound, call } = bindResizable()
      const buffer = source.buffer as ResizableBuffer
      buffer.resize(buffer.maxByteLength)
      bound()
      const [wanted] = call.wanted as readonly [Float32Array]
      expect(
        Buffer.compare(new Uint8Array(buffer, 0, wanted.byteLength), new Uint8Array(wanted.buffer)),
      ).toBe(0)
    })

    test('knows small arrays that V8 would move', () => {
      const call = createCall({ tokens: 1, headDim: 2 })
      const bound = backend.compile(call.plan).bind(call)
      expect((call.views[0] as View).source.byteLength).toBeLessThanOrEqual(64)
      bound()
      expect(holds(call.views, call.wanted)).toBe(true)
    })
  })

  describe('a bound call that makes its own row', () => {
    function bindDecode(): {
      call: CallFixture
      factors: DecodeFactors
      bound: (rest: number) => void
    } {
      const call = createCall({ tokens: 1 })
      const factors = factorsFor(call.plan.pairs)
      const bound = backend.compile(call.plan).bindDecode(call, factors)
      if (bound === undefined) throw new Error('the kernel makes no rows')
      return { call, factors, bound }
    }

    /** The row of a rest, each value rounded once: the definition, by itself. */
    function rowOf(factors: DecodeFactors, rest: number): Pick<Rotation, 'cos' | 'sin'> {
      const { pairs, blockCos, blockSin, restCos, restSin, attentionFactor } = factors
      const row = Array.from({ length: pairs }, (_, i) => {
        const [ca = 0, sa = 0] = [blockCos[i], blockSin[i]]
        const [cb = 0, sb = 0] = [restCos[rest * pairs + i], restSin[rest * pairs + i]]
        return [attentionFactor * (ca * cb - sa * sb), attentionFactor * (sa * cb + ca * sb)]
      })
      return {
        cos: Float32Array.from(row, ([value]) => value as number),
        sin: Float32Array.from(row, ([, value]) => value as number),
      }
    }

    function expectRotated(
      call: CallFixture,
      factors: DecodeFactors,
      rest: number,
      run: () => void,
    ) {
      const views = call.views.map((view) => {
        const source = view.source.slice()
        return { ...view, source, target: source }
      })
      run()
      const rotation = { ...call.rotation, ...rowOf(factors, rest) }
      expect(holds(call.views, rotatedByJs(call.plan, views, rotation))).toBe(true)
    }

    test('rotates by the product, rounded once, at any rest, in any order', () => {
      const { call, factors, bound } = bindDecode()
      for (const rest of [3, 3, 0, 2, 3, 1]) expectRotated(call, factors, rest, () => bound(rest))
    })

    test('follows the block when its number changes', () => {
      const { call, factors, bound } = bindDecode()
      bound(1)
      factors.blockCos.fill(0.5)
      factors.blockSin.fill(-0.25)
      Object.assign(factors, { block: 1 })
      expectRotated(call, factors, 1, () => bound(1))
    })

    test('calls with the same factors share a row, and those with others do not', () => {
      const { call, factors, bound } = bindDecode()
      const [second, third] = [createCall({ tokens: 1 }), createCall({ tokens: 1 })]
      const others = { ...factorsFor(factors.pairs), attentionFactor: -3 }
      const kernel = backend.compile(call.plan)
      const boundSecond = kernel.bindDecode(second, factors)
      const boundThird = kernel.bindDecode(third, others)
      for (const rest of [2, 0, 0]) {
        expectRotated(call, factors, rest, () => bound(rest))
        expectRotated(third, others, 1, () => boundThird?.(1))
        expectRotated(second, factors, rest, () => boundSecond?.(rest))
      }
    })

    test('has copies: rests may go, and a block until it changes', () => {
      const { call, factors, bound } = bindDecode()
      const before = { ...factors }
      for (const name of ['restCos', 'restSin', 'blockCos', 'blockSin'] as const)
        before[name] = factors[name].slice()
      bound(0)
      for (const name of ['restCos', 'restSin', 'blockCos', 'blockSin'] as const)
        detach(factors[name])
      expectRotated(call, before, 3, () => bound(3))
    })

    test.each(['blockCos', 'blockSin'] as const)(
      'refuses a block whose %s is detached',
      (which) => {
        const { call, factors, bound } = bindDecode()
        bound(0)
        const before = call.views.map(({ source }) => source.slice())
        detach(factors[which])
        Object.assign(factors, { block: 1 })
        expect(() => bound(0)).toThrow(expect.objectContaining({ code: 'INVALID_TENSOR' }))
        expect(holds(call.views, before)).toBe(true)
      },
    )

    test.each([-1, 4, 0.5, 2 ** 31, 2 ** 32, Number.NaN])('refuses a rest of %d', (rest) => {
      const { call, factors, bound } = bindDecode()
      expect(factors.restCos.length).toBe(4 * factors.pairs)
      const before = call.views.map(({ source }) => source.slice())
      expect(() => bound(rest)).toThrow(expect.objectContaining({ code: 'INVALID_POSITIONS' }))
      expect(holds(call.views, before)).toBe(true)
    })

    test('is declined for several rows, and for factors that hold less than a row', () => {
      const several = createCall({ tokens: 2 })
      const one = createCall({ tokens: 1 })
      const factors = factorsFor(one.plan.pairs)
      const declined = (call: CallFixture, wrong: DecodeFactors): unknown =>
        backend.compile(call.plan).bindDecode(call, wrong)
      expect(declined(several, factors)).toBeUndefined()
      expect(declined(one, { ...factors, pairs: factors.pairs - 1 })).toBeUndefined()
      expect(declined(one, { ...factors, restCos: new Float64Array(3) })).toBeUndefined()
      expect(declined(one, { ...factors, restSin: new Float64Array(3) })).toBeUndefined()
      expect(declined(one, { ...factors, blockSin: new Float64Array() })).toBeUndefined()
      const floats = new Float32Array(256) as unknown as Float64Array
      expect(declined(one, { ...factors, restCos: floats })).toBeUndefined()
    })
  })

  describe('shared memory', () => {
    test('is rotated in place', () => {
      const call = createCall({ allocate: (n) => new Float32Array(new SharedArrayBuffer(4 * n)) })
      expect(call.plan.memory).toBe('shared')
      backend.compile(call.plan).run(call)
      expect(holds(call.views, call.wanted)).toBe(true)
    })

    test('may grow under a bound call', () => {
      const Growable = SharedArrayBuffer as unknown as new (
        bytes: number,
        options: object,
      ) => GrowableBuffer
      const call = createCall({
        allocate: (n) => new Float32Array(new Growable(4 * n, { maxByteLength: 16 * n }), 0, n),
      })
      const bound = backend.compile(call.plan).bind(call)
      for (const { source } of call.views)
        (source.buffer as unknown as GrowableBuffer).grow(16 * source.length)
      bound()
      expect(holds(call.views, call.wanted)).toBe(true)
    })
  })

  test.each(['float32', 'float16'] as const)(
    'nothing to rotate is nothing to refuse: %s',
    async (dtype) => {
      for (const empty of [{ tokens: 0 }, { batch: 0 }]) {
        const call = createCall({ dtype })
        const kernel = backend.compile({ ...call.plan, ...empty })
        const before = call.views.map(({ source }) => source.slice())
        const none = { ...call.rotation, cos: new Float32Array(), sin: new Float32Array() }
        kernel.run({ ...call, rotation: none })
        kernel.bind({ ...call, rotation: none })()
        await kernel.runAsync({ ...call, rotation: none })
        expect(holds(call.views, before)).toBe(true)
      }
    },
  )

  test('nothing to rotate of any dtype, wherever an element may begin', () => {
    for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
      const call = createCall({ dtype })
      const before = call.views.map(({ source }) => source.slice())
      const kernel = backend.compile({ ...call.plan, tokens: 0 })
      const views = call.views.map((view) => {
        const source = view.source.subarray(1)
        return { ...view, source, target: source }
      })
      const none = { ...call.rotation, cos: new Float32Array(), sin: new Float32Array() }
      kernel.run({ views, rotation: none })
      kernel.bind({ views, rotation: none })()
      expect(holds(call.views, before)).toBe(true)
    }
  })
})

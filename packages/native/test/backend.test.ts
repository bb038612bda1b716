import { RopeError, resolveConfig } from '@rope/core'
import { makePlan } from '@rope/core/backend'
import { createNativeBackend, probeNative } from '@rope/native'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCall, holds } from './call-fixture.js'
import { describeNative, INSTRUCTION_SETS } from './here.js'

function codeOf(
  attempt: () => unknown,
): { readonly code: string; readonly field: string | undefined } | null {
  try {
    attempt()
    return null
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return { code: error.code, field: error.field }
  }
}

describe('options', () => {
  test.each([
    [null, 'options'],
    [3, 'options'],
    [[], 'options'],
    [{ thread: 2 }, 'options.thread'],
    [{ threads: 0 }, 'threads'],
    [{ threads: 257 }, 'threads'],
    [{ threads: 1.5 }, 'threads'],
    [{ threads: '2' }, 'threads'],
    [{ isa: 7 }, 'isa'],
  ])('%j is refused', (options, field) => {
    expect(codeOf(() => createNativeBackend(options as never))).toEqual({
      code: 'INVALID_OPTION',
      field,
    })
  })
})

describe('the environment', () => {
  const before = { ...process.env }
  beforeEach(() => {
    delete process.env.ROPE_ISA
    delete process.env.ROPE_NATIVE_BINARY
  })
  afterEach(() => {
    for (const name of ['ROPE_ISA', 'ROPE_NATIVE_BINARY'] as const) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })

  test('a binary that is not there makes it unavailable, with the reason', () => {
    process.env.ROPE_NATIVE_BINARY = '/nowhere/rope.node'
    const probe = probeNative()
    expect(probe.available).toBe(false)
    expect(probe.reason).toMatch(
      /\/nowhere\/rope\.node\): no such file.*to fix it, correct ROPE_NATIVE_BINARY or unset it/,
    )
    expect(probe.facts).toEqual({ platform: expect.stringContaining(process.arch) })
    expect(codeOf(createNativeBackend)).toEqual({ code: 'UNAVAILABLE', field: undefined })
  })

  describeNative('ROPE_ISA', () => {
    test.each(INSTRUCTION_SETS)('%s is taken', (isa) => {
      process.env.ROPE_ISA = isa
      expect(probeNative()).toMatchObject({ available: true, facts: { isa } })
      expect(createNativeBackend().capabilities.isa).toBe(isa)
    })

    test('an unknown one makes it unavailable', () => {
      process.env.ROPE_ISA = 'sse9'
      const { available, reason } = probeNative()
      expect(available).toBe(false)
      expect(reason).toMatch(
        /^ROPE_ISA is "sse9", which this binary does not know; accepted here: .*scalar/,
      )
      expect(codeOf(createNativeBackend)).toEqual({ code: 'UNAVAILABLE', field: undefined })
    })

    test('one of another processor makes it unavailable', () => {
      process.env.ROPE_ISA = process.arch === 'arm64' ? 'avx2' : 'neon'
      expect(probeNative().available).toBe(false)
    })

    test('the option wins over it', () => {
      process.env.ROPE_ISA = 'sse9'
      expect(createNativeBackend({ isa: 'scalar' }).capabilities.isa).toBe('scalar')
    })

    test('an empty one is none', () => {
      process.env.ROPE_ISA = ''
      expect(probeNative().facts.isa).toBe(INSTRUCTION_SETS[0])
    })
  })
})

describeNative('createNativeBackend', () => {
  test('says what it is', () => {
    const { name, device, specVersion, capabilities } = createNativeBackend({ threads: 3 })
    expect({ name, device, specVersion, capabilities }).toEqual({
      name: 'native',
      device: 'cpu',
      specVersion: 1,
      capabilities: {
        dtypes: ['float32', 'float16', 'bfloat16'],
        threads: 2,
        isa: INSTRUCTION_SETS[0],
        maxElements: Number.POSITIVE_INFINITY,
        sharedMemory: true,
      },
    })
  })

  test('refuses an unknown instruction set and one of another processor', () => {
    expect(codeOf(() => createNativeBackend({ isa: 'sse9' }))).toEqual({
      code: 'INVALID_OPTION',
      field: 'isa',
    })
    const other = process.arch === 'arm64' ? 'avx2' : 'neon'
    expect(codeOf(() => createNativeBackend({ isa: other }))?.field).toBe('isa')
  })

  test('declines float64, naming the field', () => {
    const config = resolveConfig({
      headDim: 4,
      pairing: 'half',
      schedule: { type: 'default', base: 10000 },
    })
    const { plan } = makePlan(
      config,
      { q: { data: new Float64Array(4), shape: [1, 1, 1, 4] } },
      'bshd',
    )
    const backend = createNativeBackend()
    expect(backend.supports(plan)).toMatchObject({ ok: false, field: 'dtype' })
    expect(codeOf(() => backend.compile(plan))).toEqual({ code: 'UNSUPPORTED', field: 'dtype' })
  })

  test('refuses everything once disposed of', async () => {
    const backend = createNativeBackend()
    const { plan, views, rotation } = createCall()
    const kernel = backend.compile(plan)
    const bound = kernel.bind({ views, rotation })
    backend.dispose()
    backend.dispose()
    const disposed = { code: 'DISPOSED', field: undefined }
    expect(codeOf(() => kernel.run({ views, rotation }))).toEqual(disposed)
    expect(codeOf(bound)).toEqual(disposed)
    expect(codeOf(() => kernel.bind({ views, rotation }))).toEqual(disposed)
    expect(codeOf(() => backend.compile(plan))).toEqual(disposed)
    expect(codeOf(() => backend.allocate('float32', 4))).toEqual(disposed)
    await expect(kernel.runAsync({ views, rotation })).rejects.toMatchObject(disposed)
  })

  test('refuses a plan that leaves its own heads', () => {
    const backend = createNativeBackend()
    const { plan } = createCall()
    for (const wrong of [
      { ...plan, pairs: 33 },
      { ...plan, windowOffset: 1 },
      { ...plan, pairing: { step: 2, partner: 32 } },
      { ...plan, tokens: 2 ** 52 },
      { ...plan, headDim: 4 },
    ]) {
      expect(codeOf(() => backend.compile(wrong))?.code).toBe('INVALID_TENSOR')
    }
  })
})

describeNative('allocate', () => {
  const backend = createNativeBackend()

  test.each([
    ['float32', 1, Float32Array],
    ['float16', 1000, Uint16Array],
    ['bfloat16', 3_000_000, Uint16Array],
    ['float64', 7, Float64Array],
    ['float32', 0, Float32Array],
  ] as const)('%s x %i: zero-filled', (dtype, length, Kind) => {
    const elements = backend.allocate(dtype, length)
    expect(elements).toBeInstanceOf(Kind)
    expect(elements.length).toBe(length)
    expect(elements.every((value) => value === 0)).toBe(true)
  })

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '4', null, 4n])(
    'a length of %s is refused',
    (length) => {
      expect(codeOf(() => backend.allocate('float32', length as never))).toEqual({
        code: 'INVALID_OPTION',
        field: 'length',
      })
    },
  )

  test.each(['float8', 'toString', '', null, undefined, 4])('a dtype of %s is refused', (dtype) => {
    expect(codeOf(() => backend.allocate(dtype as never, 4))).toEqual({
      code: 'INVALID_OPTION',
      field: 'dtype',
    })
  })

  test.each([2 ** 40, 2 ** 50, 2 ** 53 - 1])('%d elements are more than there is', (length) => {
    for (const dtype of ['float32', 'float64', 'bfloat16'] as const) {
      expect(codeOf(() => backend.allocate(dtype, length))).toEqual({
        code: 'BACKEND_FAILED',
        field: 'length',
      })
    }
  })

  test('its memory is rotated like any other', () => {
    const { plan, views, rotation, wanted } = createCall({
      allocate: (n) => backend.allocate('float32', n),
    })
    backend.compile(plan).run({ views, rotation })
    expect(holds(views, wanted)).toBe(true)
  })
})

describeNative('limits', () => {
  const { limits } = createNativeBackend({ threads: 4 })

  test('scale multiplies every element once per repetition', () => {
    const arrays = [5, 1024, 300_001].map((length) => new Float32Array(length).fill(3))
    limits.scale(arrays, 2, 2)
    for (const array of arrays) expect(array.every((value) => value === 12)).toBe(true)
  })

  test('copy copies every element and none beyond', () => {
    const source = Float32Array.from({ length: 300_001 }, (_, i) => i)
    const target = new Float32Array(300_002)
    limits.copy([target.subarray(0, 300_001)], [source], 1)
    expect(target.every((value, i) => value === (i === 300_001 ? 0 : i))).toBe(true)
  })

  test('what does not fit is refused', () => {
    const three = new Float32Array(3)
    const invalid = { code: 'INVALID_TENSOR', field: undefined }
    expect(codeOf(() => limits.copy([three], [three.subarray(1)], 1))).toEqual(invalid)
    expect(codeOf(() => limits.copy([three], [three, three], 1))).toEqual(invalid)
    expect(codeOf(() => limits.scale([new Uint16Array(3)] as never, 2, 1))).toEqual(invalid)
    expect(codeOf(() => limits.scale([three, three, three, three, three], 2, 1))).toEqual(invalid)
  })
})

/**
 * The front door as its users see it, on the real backends of this machine.
 */
import { createRope as createCoreRope, type Tensor } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAutoBackend, createRope } from '../src/index.js'
import { CONFIG, changed, entry, smallCall } from './fakes.js'

afterEach(() => vi.unstubAllEnvs())

const OFF = {} as const

describe('a rope', () => {
  test("does all that core's rope does, with the same bits", async () => {
    const rope = await createRope(CONFIG, OFF)
    const plain = createCoreRope(CONFIG, { backend: createJsBackend() })
    expect(rope.config).toEqual(plain.config)
    expect(rope.frequencies).toEqual(plain.frequencies)
    const calls = [rope, plain].map((one) => {
      const [direct, step, bound, shifted, turned] = [
        smallCall(3),
        smallCall(3),
        smallCall(1),
        smallCall(3),
        smallCall(3),
      ]
      one.rotate({ ...direct, positions: [5, 900, -2] })
      one.at(17).rotate(step)
      one.bind(bound).rotate(4095)
      one.shift(shifted.k, -3)
      one.rerope(turned.k, { positions: 9 }, { positions: [0, 4, 70] })
      return [direct, step, bound, shifted.k, turned.k, one.regimeFor(100)]
    })
    expect(calls[0]).toEqual(calls[1])
    const later = smallCall()
    await rope.rotateAsync({ ...later, positions: 4 })
    await rope.at(5).rotateAsync(later)
    const now = smallCall()
    plain.rotate({ ...now, positions: 4 })
    plain.rotate({ ...now, positions: 5 })
    expect(later).toEqual(now)
    rope.dispose()
  })

  test('refuses an argument that nobody reads, as core does', async () => {
    const rope = await createRope(CONFIG, OFF)
    type Loose = Readonly<Record<string, (...given: readonly unknown[]) => Promise<void>>>
    const loose = rope as unknown as Loose
    const call = { ...smallCall(), positions: 4 }
    const problem = { code: 'INVALID_OPTION', field: 'arguments' }
    expect(() => loose.rotate?.(call, true)).toThrow(expect.objectContaining(problem))
    await expect(loose.rotateAsync?.(call, true)).rejects.toMatchObject(problem)
    expect(() => loose.shift?.(call.k, 1, {}, true)).toThrow(expect.objectContaining(problem))
    expect(() => loose.regimeFor?.(8, true)).toThrow(expect.objectContaining(problem))
    expect(() => loose.encode?.({}, call, true)).toThrow(expect.objectContaining(problem))
    await expect(loose.explain?.(undefined, true)).rejects.toMatchObject(problem)
    rope.dispose()
  })

  test('knows the layout of tensors that state none', async () => {
    const rope = await createRope(CONFIG, { ...OFF, layout: 'thd' })
    const q: Tensor = { data: new Float32Array(16).fill(1), shape: [1, 2, 8] }
    expect(() => rope.rotate({ q, positions: 1 })).not.toThrow()
    rope.dispose()
    const none = await createRope(CONFIG, OFF)
    expect(() => none.rotate({ q, positions: 1 })).toThrow(/q.layout is missing/)
    none.dispose()
    const wrong = createRope(CONFIG, { ...OFF, layout: 'dhsb' as 'thd' })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_OPTION', field: 'layout' })
  })

  test('refuses a wrong config before it loads anything', async () => {
    let loads = 0
    const load = async (): Promise<never> => {
      loads += 1
      throw new Error('loaded for nothing')
    }
    const wrong = { ...CONFIG, headDim: 7 }
    await expect(
      createRope(wrong, { ...OFF, backends: [entry('one', { load })] }),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION', field: 'rotaryDim' })
    expect(loads).toBe(0)
  })

  test('lets go of what it had opened when a layout is wrong', async () => {
    const disposed: string[] = []
    const backend = changed('one', () => ({ dispose: () => void disposed.push('one') }))
    const options = { backends: [entry('one', backend)], layout: 'diagonal' as 'bshd' }
    await expect(createRope(CONFIG, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    expect(disposed).toEqual(['one'])
  })

  test('can be disposed of twice, and refuses afterwards', async () => {
    const rope = await createRope(CONFIG, OFF)
    const [step, bound] = [rope.at(3), rope.bind(smallCall())]
    rope.dispose()
    rope.dispose()
    const disposed = expect.objectContaining({ code: 'DISPOSED' })
    expect(() => rope.rotate({ ...smallCall(), positions: 1 })).toThrow(disposed)
    expect(() => step.rotate(smallCall())).toThrow(disposed)
    expect(() => bound.rotate(1)).toThrow(disposed)
    await expect(rope.rotateAsync({ ...smallCall(), positions: 1 })).rejects.toEqual(disposed)
  })
})

describe('an explicit choice', () => {
  test.each(['js', ['js'], createJsBackend()])('is kept: %s', async (backend) => {
    const rope = await createRope(CONFIG, { backend })
    rope.rotate({ ...smallCall(), positions: 1 })
    expect(rope.backend.name).toBe('js')
    expect(await rope.explain()).toMatchObject({ chosen: 'js' })
    expect((await rope.explain()).backends[0]?.why).toBe('backend asks for it')
    rope.dispose()
  })

  test('by ROPE_BACKEND is kept as well', async () => {
    vi.stubEnv('ROPE_BACKEND', 'js')
    const rope = await createRope(CONFIG)
    rope.rotate({ ...smallCall(), positions: 1 })
    expect(await rope.explain()).toMatchObject({
      chosen: 'js',
      backends: [{ why: 'ROPE_BACKEND asks for it' }, {}, {}, {}],
    })
    rope.dispose()
  })

  test('that is not available is an error with the reason, and not another backend', async () => {
    const probe = () => ({ available: false, reason: 'no SIMD; use a newer browser', facts: {} })
    const backends = [entry('wasm', { probe }), entry('js')]
    const reason = 'wasm is unavailable: no SIMD; use a newer browser'
    const attempt = createRope(CONFIG, { backends, backend: 'wasm' })
    await expect(attempt).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `what backend asks for cannot run here; ${reason}; choose another backend, or none to get the fastest`,
    })
    vi.stubEnv('ROPE_BACKEND', 'wasm')
    await expect(createRope(CONFIG, { backends })).rejects.toThrow(
      `what ROPE_BACKEND asks for cannot run here; ${reason}`,
    )
  })

  test('whose self-test fails is an error with the evidence', async () => {
    const wrong = changed('mine', () => ({ compile: () => ({ run: () => undefined }) }))
    await expect(createRope(CONFIG, { backend: wrong })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/mine is quarantined: its self-test failed: .* golden value/),
    })
  })

  test('of several takes the first that is there, in the order given', async () => {
    const probe = () => ({ available: false, reason: 'no addon', facts: {} })
    const backends = [entry('fast'), entry('native', { probe }), entry('js')]
    const rope = await createRope(CONFIG, { backends, backend: ['native', 'js'] })
    rope.rotate({ ...smallCall(), positions: 1 })
    expect(
      (await rope.explain()).backends.map(({ name, available, why }) => [name, available, why]),
    ).toEqual([
      ['js', true, 'backend asks for it'],
      ['native', false, 'no addon'],
      ['fast', null, 'backend does not ask for it'],
    ])
    rope.dispose()
  })
})

test('where no backend runs at all, the error lists every reason', async () => {
  const load = async (): Promise<never> => {
    throw Object.assign(new Error("Cannot find module '@rope/js'"), { code: 'MODULE_NOT_FOUND' })
  }
  await expect(createRope(CONFIG, { backends: [entry('js', { load })] })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(
      'every backend cannot run here; js is unavailable: @rope/js is not installed',
    ),
  })
})

describe('the choice as a backend', () => {
  test("runs under core's rope and allocates", async () => {
    const backend = await createAutoBackend(OFF)
    const loose = backend as unknown as { explain(extra: unknown): Promise<unknown> }
    const problem = { code: 'INVALID_OPTION', field: 'arguments' }
    await expect(loose.explain(true)).rejects.toMatchObject(problem)
    expect(backend).toMatchObject({ specVersion: 1, name: 'auto', device: 'cpu' })
    expect(backend.capabilities.dtypes).toEqual(['float64', 'float32', 'float16', 'bfloat16'])
    const data = backend.allocate?.('float32', 16) ?? new Float32Array(16)
    expect(data.length).toBe(16)
    const rope = createCoreRope(CONFIG, { backend })
    rope.rotate({ q: { data, shape: [1, 1, 2, 8], layout: 'bshd' }, positions: 1 })
    backend.dispose()
    expect(() => backend.allocate?.('float32', 1)).toThrow(
      expect.objectContaining({ code: 'DISPOSED' }),
    )
  })
})

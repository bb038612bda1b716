/**
 * Looking at backends: whatever goes wrong becomes a reason, in a bounded time.
 */

import { RopeError } from '@rope/core'
import type { Probe } from '@rope/core/backend'
import { describe, expect, test } from 'vitest'
import type { BackendEntry } from '../../src/backends/entry.js'
import { type DetectOptions, detect, detectValue } from '../../src/members/admit.js'
import { Member } from '../../src/members/member.js'
import { changed, entry, fakeGpu, named } from '../fakes.js'

const OPTIONS: DetectOptions = { limit: 1000, allowSoftwareGpu: false }

function memberOf({ name, packageName, device }: BackendEntry): Member {
  const epoch = { value: 0 }
  return new Member({ name, packageName, device, validatesFirst: true, epoch })
}

/** What became of an entry, as one line. */
async function look(
  given: BackendEntry,
  options: Partial<DetectOptions> = {},
): Promise<{ readonly member: Member; readonly story: string }> {
  const member = memberOf(given)
  await detect(member, given, { ...OPTIONS, ...options })
  const { state } = member
  return { member, story: state.kind === 'ready' ? 'ready' : `${state.kind}: ${state.reason}` }
}

function failing(error: unknown): BackendEntry {
  return entry('wasm', {
    load: async () => {
      throw error
    },
  })
}

test('a right backend is ready, with its facts and its self-test', async () => {
  const { member, story } = await look(entry('js'))
  expect(story).toBe('ready')
  expect(member.selfTest).toMatchObject({ status: 'passed' })
  expect(member.facts).toHaveProperty('float16Array')
})

describe('a package that is not there', () => {
  test.each([
    [
      'Node, ES modules',
      Object.assign(new Error("Cannot find package '@rope/wasm' imported from /app/x.js"), {
        code: 'ERR_MODULE_NOT_FOUND',
      }),
    ],
    [
      'Node, CommonJS, and webpack',
      Object.assign(new Error("Cannot find module '@rope/wasm'"), { code: 'MODULE_NOT_FOUND' }),
    ],
    ['Chromium', new TypeError("Failed to resolve module specifier '@rope/wasm'")],
    [
      'Firefox',
      new TypeError(
        'The specifier “@rope/wasm” was a bare specifier, but was not remapped to anything.',
      ),
    ],
    ['Safari', new TypeError("Module name, '@rope/wasm' does not resolve to a valid URL.")],
    ['Deno', new TypeError('Import "@rope/wasm" not a dependency')],
    [
      'Deno without a package.json',
      new TypeError('Relative import path "@rope/wasm" not prefixed with / or ./ or ../'),
    ],
  ])('is not installed, says %s', async (_, error) => {
    const { story } = await look(failing(error))
    expect(story).toBe(
      'unavailable: @rope/wasm is not installed, or a bundler left it out; to fix it, run: npm install @rope/wasm',
    )
  })

  test('is something else than a package that lacks something itself', async () => {
    const error = Object.assign(new Error("Cannot find module 'left-pad'"), {
      code: 'MODULE_NOT_FOUND',
    })
    const { story } = await look(failing(error))
    expect(story).toBe(
      "unavailable: @rope/wasm does not load here: Cannot find module 'left-pad'; to fix it, run: npm install @rope/wasm",
    )
  })
})

describe('what cannot run here says why', () => {
  test('a native addon that was built for another CPU', async () => {
    const error = Object.assign(new Error('rope.node: wrong ELF class: ELFCLASS32'), {
      code: 'ERR_DLOPEN_FAILED',
    })
    const { story } = await look(entry('native', { load: failing(error).load as never }))
    expect(story).toBe(
      'unavailable: @rope/native does not load here: rope.node: wrong ELF class: ELFCLASS32',
    )
  })

  test('the same as its probe tells it', async () => {
    const probe: Probe = {
      available: false,
      reason: 'the binary is for arm64, and this is x64; run: npm rebuild @rope/native',
      facts: { platform: 'linux-x64' },
    }
    const { member, story } = await look(entry('native', { probe: () => probe }))
    expect(story).toBe(`unavailable: ${probe.reason}`)
    expect(member.facts).toEqual({ platform: 'linux-x64' })
  })

  test('WebAssembly that a content-security policy refuses', async () => {
    const create = (): never => {
      throw named(
        'CompileError',
        "WebAssembly.Module(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not allowed",
      )
    }
    const { story } = await look(entry('wasm', { create }))
    expect(story).toMatch(/^unavailable: @rope\/wasm does not load here: .*Content Security policy/)
  })

  test('a backend that refuses to be made, in its own words', async () => {
    const create = (): never => {
      throw new RopeError('UNAVAILABLE', 'there is no SIMD; use @rope/js')
    }
    expect((await look(entry('wasm', { create }))).story).toBe(
      'unavailable: there is no SIMD; use @rope/js',
    )
  })

  test('a probe that throws although it must not, whatever it throws', async () => {
    const probe = (): never => {
      throw 'a string'
    }
    expect((await look(entry('wasm', { probe }))).story).toBe(
      'unavailable: @rope/wasm does not load here: a string',
    )
  })

  test('a probe without a reason', async () => {
    const probe = (): Probe => ({ available: false, facts: {} })
    expect((await look(entry('wasm', { probe }))).story).toBe('unavailable: it gave no reason')
  })

  test('a backend for another version of the contract', async () => {
    const backend = changed('future', () => ({ specVersion: 2 as 1 }))
    expect((await look(entry('future', backend))).story).toMatch(/^unavailable: .*version 2/)
  })
})

describe('a backend that hangs', () => {
  const forever = (): Promise<never> => new Promise(() => undefined)

  test.each([
    ['while it loads', { load: forever }],
    ['in its probe', { probe: forever }],
    ['while it is made', { create: forever }],
    ['in its self-test', { device: 'gpu', create: () => fakeGpu('gpu', () => forever) }],
  ] as const)('%s is given up', async (_, parts) => {
    const { story } = await look(entry('slow', parts), { limit: 40 })
    expect(story).toBe(
      'unavailable: it did not answer within 40 ms; to fix it, try again; if it stays so, report it',
    )
  })

  test('and comes back later is disposed of, and not used', async () => {
    let disposed = 0
    let arrive: () => void = () => undefined
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const backend = changed('late', () => ({ dispose: () => void disposed++ }))
    const create = async () => {
      await late
      return backend
    }
    const { member } = await look(entry('late', { create }), { limit: 20 })
    arrive()
    await expect.poll(() => disposed, { timeout: 50_000 }).toBe(1)
    expect(member.backend).toBeNull()
  })
})

describe('a failed self-test', () => {
  const wrong = changed('wrong', () => ({ compile: () => ({ run: () => undefined }) }))

  test('puts a backend into quarantine, and the evidence is kept', async () => {
    const { member, story } = await look(entry('wrong', wrong))
    expect(story).toMatch(/^quarantined: its self-test failed: float64, half, in place: element/)
    expect(member.selfTest?.evidence).toMatch(/golden value/)
    expect(member.backend).toBeNull()
  })

  test('does so for a backend that was handed over as well', async () => {
    const member = memberOf(entry('wrong'))
    await detectValue(member, wrong, 1000)
    expect(member.state.kind).toBe('quarantined')
  })
})

describe('a GPU that is software', () => {
  const software = entry('webgpu', {
    device: 'gpu',
    probe: () => ({ available: true, facts: { isSoftware: true, device: 'SwiftShader' } }),
    create: () => fakeGpu('webgpu'),
  })

  test('is refused', async () => {
    const { story } = await look(software)
    expect(story).toMatch(/^unavailable: its adapter is software: .*allowSoftwareGpu: true/)
  })

  test('is let go of when it is refused', async () => {
    let discarded = 0
    const load = async () => ({ ...(await software.load()), discard: () => void discarded++ })
    await look({ ...software, load })
    expect(discarded).toBe(1)
    await look({ ...software, load }, { allowSoftwareGpu: true })
    expect(discarded).toBe(1)
  })

  test("is accepted when that is asked for, or when it is the caller's own device", async () => {
    expect((await look(software, { allowSoftwareGpu: true })).story).toBe('ready')
    expect((await look(software, { device: {} })).story).toBe('ready')
  })
})

test('the device goes to GPU backends, and to no others', async () => {
  const device = { label: 'mine' }
  const seen: unknown[] = []
  const parts = {
    probe: (options: unknown) => {
      seen.push(options)
      return { available: true, facts: {} }
    },
    create: (options: unknown) => {
      seen.push(options)
      return fakeGpu('webgpu')
    },
  }
  await look(entry('webgpu', { device: 'gpu', ...parts }), { device })
  await look(entry('js', { device: 'cpu', ...parts }), { device })
  expect(seen).toEqual([{ device }, { device }, {}, {}])
})

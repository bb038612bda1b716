/**
 * Whole runs: real backends, real clock, as short as possible, and what the records say.
 */
import { readFileSync } from 'node:fs'
import { BACKENDS, type BackendEntry, cpuBackends, portableBackends } from '@rope/auto/backends'
import type { Backend, Kernel } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test, vi } from 'vitest'
import { caseOf } from '../src/matrix/case-of.js'
import { describeMachine } from '../src/node/machine.js'
import { type BenchOptions, planGroups, runBench, shortenFacts, shortenPaths } from '../src/run.js'
import { SHORT } from './settings.js'

const SCHEMA = new URL('../schema/result.schema.json', import.meta.url)

const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))

/** The JavaScript backend, changed, under another name. */
function changed(name: string, change: (backend: Backend) => Partial<Backend>): BackendEntry {
  const create = (): Backend => {
    const backend = createJsBackend()
    return { ...backend, name, ...change(backend) }
  }
  const load: BackendEntry['load'] = async () => ({ create, probe: probeJs })
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

const PORTABLE_BACKENDS = portableBackends(cpuBackends(BACKENDS))

const JS = PORTABLE_BACKENDS.filter(({ name }) => name === 'js')

const MIRRORED = changed('mirrored', (backend) => ({
  compile: (plan): Kernel => backend.compile({ ...plan, direction: plan.direction === 1 ? -1 : 1 }),
}))

const MISSING: BackendEntry = {
  name: 'missing',
  device: 'cpu',
  packageName: '@rope/missing',
  load: async () => {
    throw new Error('no file at /opt/lib/rope.node, sorry')
  },
}

const DECODE = 'llama-3-8b/1/float32/half/bshd/in-place'

function short(options: Partial<BenchOptions>): BenchOptions {
  const { clock: _, ...settings } = SHORT
  return { mode: 'quick', backends: JS, filter: DECODE, settings, ...options }
}

describe('runBench', () => {
  test('a real result is what the published schema says', async () => {
    const result = await runBench(
      short({ machine: describeMachine(), packages: { a: '1', b: null }, suiteVersion: '1.2.3' }),
    )
    expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true)
    expect(result.suiteVersion).toBe('1.2.3')
    const timed = result.groups.flatMap(({ entries }) => entries)
    expect(timed.length).toBeGreaterThan(2)
    // A limit has no cold call: nothing of it is made ready.
    for (const { kind, time } of timed) expect(time?.first === undefined).toBe(kind === 'limit')
    expect(result.groups.map(({ id }) => id)).toEqual([DECODE])
    expect(result.backends).toMatchObject([{ name: 'js', available: true, isa: null, threads: 0 }])
    expect(result.peers).toMatchObject([{ name: 'plain loop', available: true }])
  })

  test('the schema refuses what is no result', async () => {
    const result = await runBench(short({}))
    const group = result.groups[0]
    const [entry] = group?.entries ?? []
    const broken = (change: object): unknown => ({
      ...result,
      groups: [{ ...group, entries: [{ ...entry, ...change }] }],
    })
    expect(validate(broken({}))).toBe(true)
    expect(validate(broken({ time: null }))).toBe(false)
    expect(validate(broken({ time: { ...entry?.time, first: -1 } }))).toBe(false)
    expect(validate(broken({ status: 'fail' }))).toBe(false)
    const found = { backend: 'js', suiteVersion: '1', part: 'all', passed: 9, failed: 0 }
    expect(validate({ ...result, conformance: [{ ...found, unsupported: 1 }] })).toBe(true)
    expect(validate({ ...result, conformance: [found] })).toBe(false)
    expect(validate({ ...result, surprise: 1 })).toBe(false)
    expect(validate({ ...result, resultVersion: 2 })).toBe(false)
  })

  test('chosen cases take the place of the matrix', async () => {
    const id = 'qwen-2-vl-7b/2/float32/interleaved/bhsd/in-place'
    const { filter: _, ...options } = short({ cases: [caseOf(id)] })
    const { groups } = await runBench(options)
    expect(groups.map((group) => group.id)).toEqual([id])
    expect(groups[0]?.entries.map(({ name, status }) => [name, status])).toEqual([
      ['js', 'ok'],
      ['scale (portable)', 'ok'],
      ['plain loop', 'ok'],
    ])
    await expect(runBench({ ...options, mode: 'goals' })).rejects.toThrow('use quick or full')
  })

  test('every contender of a group has a time and its comparisons', async () => {
    const { groups } = await runBench(short({}))
    const [group] = groups
    const names = group?.entries.map(({ name }) => name)
    expect(names).toEqual([
      'js',
      'scale (portable)',
      'js, step',
      'js, tables included',
      'js, kernel only',
      'plain loop',
    ])
    expect(group?.entries.every(({ status, time }) => status === 'ok' && time !== null)).toBe(true)
    expect(group?.comparisons).toContainEqual(
      expect.objectContaining({ of: 'js', over: 'plain loop', purpose: 'baseline' }),
    )
    expect(group?.comparisons).toContainEqual(
      expect.objectContaining({ of: 'js', over: 'scale (portable)', purpose: 'limit' }),
    )
  })

  test('a backend with memory of its own is called in both kinds', async () => {
    const result = await runBench(short({ backends: PORTABLE_BACKENDS }))
    expect(result.backends.map(({ name, available }) => [name, available])).toEqual([
      ['wasm', true],
      ['js', true],
    ])
    const entries = result.groups[0]?.entries ?? []
    const status = (name: string): unknown => entries.find((entry) => entry.name === name)?.status
    expect([status('wasm, resident'), status('wasm'), status('js')]).toEqual(['ok', 'ok', 'ok'])
  })

  test('a wrong backend shows FAIL and no time, and the others go on', async () => {
    const { groups } = await runBench(short({ backends: [MIRRORED, ...JS] }))
    const entries = groups[0]?.entries ?? []
    const wrong = entries.filter(({ name }) => name.startsWith('mirrored'))
    expect(wrong).toHaveLength(4)
    for (const entry of wrong) {
      expect(entry).toMatchObject({ status: 'fail', time: null, gigabytesPerSecond: null })
      expect(entry.reason).toMatch(/^q, token 0, head 0, channel 0 is .* but the oracle has/)
    }
    expect(entries.find(({ name }) => name === 'js')?.status).toBe('ok')
    expect(groups[0]?.comparisons.some(({ of }) => of.startsWith('mirrored'))).toBe(false)
  })

  test('a backend that throws is a failure, one that refuses is not', async () => {
    const throwing = changed('throwing', () => ({
      compile: () => {
        throw new Error('out of luck')
      },
    }))
    const refusing = changed('refusing', () => ({
      supports: () => ({ ok: false, reason: 'no float32 here', field: 'dtype' }) as const,
    }))
    const { groups } = await runBench(short({ backends: [throwing, refusing] }))
    const [group] = groups
    const entry = (name: string): unknown => group?.entries.find((found) => found.name === name)
    expect(entry('throwing')).toMatchObject({ status: 'fail', reason: 'out of luck' })
    expect(entry('refusing')).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('no float32 here'),
    })
  })

  test('an absent backend is listed with its reason, without the paths of this disk', async () => {
    const { backends, groups } = await runBench(short({ backends: [MISSING, ...JS] }))
    expect(backends[0]).toEqual({
      name: 'missing',
      packageName: '@rope/missing',
      available: false,
      reason: '@rope/missing does not load here: no file at rope.node, sorry',
      facts: {},
      isa: null,
      threads: null,
    })
    expect(groups[0]?.entries.some(({ name }) => name.startsWith('missing'))).toBe(false)
  })

  test('a backend that cannot be made is absent, and the others are measured', async () => {
    const create = async (): Promise<never> => {
      throw new Error('out of threads in /opt/lib/rope.node')
    }
    const load: BackendEntry['load'] = async () => ({ create, probe: probeJs })
    const { backends, groups } = await runBench(short({ backends: [{ ...MISSING, load }, ...JS] }))
    expect(backends[0]).toMatchObject({
      ...{ name: 'missing', available: false, isa: null, threads: null },
      reason: 'it could not be created: out of threads in rope.node',
    })
    expect(backends[1]).toMatchObject({ name: 'js', available: true })
    const names = groups[0]?.entries.map(({ name }) => name) ?? []
    expect(names).toContain('js')
    expect(names.some((name) => name.startsWith('missing'))).toBe(false)
  })

  test('facts are told without the paths of this disk either', () => {
    expect(shortenFacts({ binary: '/opt/lib/rope.node', isa: 'avx2, scalar', threads: 2 })).toEqual(
      { binary: 'rope.node', isa: 'avx2, scalar', threads: 2 },
    )
  })

  test('an absent peer is listed with the way to add it', async () => {
    const load = async (): Promise<never> => {
      throw new Error('it is not installed; run: npm run add-it')
    }
    const { peers } = await runBench(short({ peers: [{ name: 'other', load }] }))
    expect(peers[1]).toEqual({
      name: 'other',
      version: null,
      available: false,
      reason: 'it is not installed; run: npm run add-it',
      method: null,
    })
  })

  test('a peer that is none is listed with the reason', async () => {
    const load = async () => ({ name: 'other', version: null, method: 'a call' }) as never
    const { peers } = await runBench(short({ peers: [{ name: 'other', load }] }))
    expect(peers[1]).toMatchObject({ name: 'other', available: false })
    expect(peers[1]?.reason).toMatch(/accepted: an object with refusal\(\), open\(\)$/)
  })

  test('options that are wrong are refused before anything is loaded', async () => {
    const load = vi.fn<BackendEntry['load']>()
    const backends = [{ ...MISSING, load }]
    const refused = async (options: object): Promise<unknown> =>
      runBench(short({ backends, ...options })).catch((error: unknown) => error)
    expect(await refused({ filters: 'decode' })).toMatchObject({
      message: expect.stringContaining("did you mean 'filter'"),
    })
    expect(await refused({ settings: { budget: '1' } })).toMatchObject({ field: 'settings.budget' })
    expect(await refused({ settings: { maximumRounds: 5 } })).toMatchObject({
      field: 'minimumRounds',
    })
    expect(load).not.toHaveBeenCalled()
  })

  test('settings that are not there change nothing', async () => {
    const { clock: _, ...settings } = SHORT
    const given = { ...settings, clock: undefined, patience: undefined }
    const { groups } = await runBench(short({ settings: given as object }))
    expect(groups).toHaveLength(1)
  })

  test('a listener that throws ends the run', async () => {
    const cause = new Error('enough')
    const onProgress = (): never => {
      throw cause
    }
    await expect(runBench(short({ onProgress }))).rejects.toMatchObject({
      ...{ code: 'INVALID_OPTION', field: 'onProgress', cause },
    })
  })

  test('what takes too long is left out, with the reason', async () => {
    const { clock: _, ...settings } = SHORT
    const { groups } = await runBench(short({ settings: { ...settings, slowestCall: -1 } }))
    for (const entry of groups[0]?.entries ?? []) {
      expect(entry.status).toBe('unavailable')
      expect(entry.reason).toMatch(/too long to be timed/)
    }
  })

  test('goals are judged, or say why they were not measured', async () => {
    const { clock: _, ...settings } = SHORT
    const result = await runBench({
      mode: 'goals',
      backends: JS,
      filter: 'decode',
      settings,
      packageSize: async () => [11999],
    })
    expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true)
    const goal = (id: string): unknown => result.goals.find((found) => found.id === id)
    expect(goal('native-decode-time')).toMatchObject({
      outcome: 'not measured',
      measured: null,
      reason: 'backend native was not asked for',
    })
  })

  test('tells how far it is, and each group as soon as it is done', async () => {
    const told: string[] = []
    await runBench(
      short({
        filter: 'llama-3-8b/1/ half',
        onProgress: ({ done, total }) => told.push(`${done} of ${total}`),
        onGroup: ({ id }) => told.push(id),
      }),
    )
    expect(told).toEqual([
      '0 of 3',
      DECODE,
      '1 of 3',
      'llama-3-8b/1/bfloat16/half/bshd/in-place',
      '2 of 3',
      'llama-3-8b/1/float16/half/bshd/in-place',
    ])
  })
})

describe('planGroups', () => {
  const js = { name: 'js', allocates: false, threads: false, limits: false }
  const wasm = { name: 'wasm', allocates: true, threads: true, limits: true }

  test('the words of a filter may stand anywhere', () => {
    const ids = planGroups('full', [js], [], '4096 /FLOAT16').map(({ id }) => id)
    expect(ids).toEqual(['llama-3-8b/4096/float16/half/bshd/in-place'])
    expect(planGroups('full', [js], [], 'no such thing')).toEqual([])
  })

  test('the full matrix has every size, dtype, pairing, layout, place and shape', () => {
    const text = planGroups('full', [js], [])
      .map(({ id }) => id)
      .join('\n')
    for (const part of ['/1/', '/64/', '/512/', '/4096/', '/32768/', 'bfloat16', 'float16']) {
      expect(text).toContain(part)
    }
    for (const part of ['interleaved', 'bhsd', 'out-of-place', 'gemma', 'phi', 'glm']) {
      expect(text).toContain(part)
    }
  })

  test('memory and threads are variants of those backends that have them', () => {
    const [group] = planGroups('full', [wasm, js], [], 'llama-3-8b/4096/float32/half/bshd/in-place')
    expect(Object.keys(group?.contenders ?? {})).toEqual([
      'wasm, resident',
      'scale (wasm, resident)',
      'wasm',
      'scale (wasm)',
      'wasm, resident, all threads',
      'scale (wasm, resident, all threads)',
      'js',
      'scale (portable)',
    ])
  })

  test('out of place the limit is a copy', () => {
    const [group] = planGroups('full', [js], [], '512 out-of-place')
    expect(Object.keys(group?.contenders ?? {})).toContain('copy (portable)')
  })
})

describe('shortenPaths', () => {
  test.each([
    ['/a/b/rope.node', 'rope.node'],
    ['no binary (in /a/b-c/rope.node: not there)', 'no binary (in rope.node: not there)'],
    ['C:\\a\\b\\rope.node', 'rope.node'],
    ['run: node /a/b/build.mjs; or x/y/z', 'run: node build.mjs; or x/y/z'],
    ['1/2 of @rope/core and / alone', '1/2 of @rope/core and / alone'],
  ])('%s', (text, short) => {
    expect(shortenPaths(text)).toBe(short)
  })
})

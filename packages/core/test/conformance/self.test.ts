/**
 * The suite itself: its ids, its report, its ways to run, and its judgement of honest backends
 * that can do less, or less exactly, than the reference.
 */
import { describe, expect, test } from 'vitest'
import type { ConformanceResult } from '../../src/conformance/case.js'
import {
  type ConformanceReport,
  type ConformanceSubject,
  conformanceCases,
  conformanceResults,
  defineConformance,
  runConformance,
  SUITE_VERSION,
} from '../../src/conformance/index.js'
import { makeReport } from '../../src/conformance/report.js'
import type { Backend } from '../../src/contract/backend.js'
import { RopeError } from '../../src/errors.js'
import type { DType } from '../../src/numbers/dtype.js'
import { createGpuLikeBackend } from './gpu-like-backend.js'
import { createNaiveBackend } from './naive-backend.js'

const CONTROL = 'values/half/float32/bshd/control'

function byFamily(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { family } of conformanceCases()) counts[family] = (counts[family] ?? 0) + 1
  return counts
}

/** An honest backend with only some of the dtypes, no shared memory and few elements. */
function createSmallBackend(dtypes: readonly DType[]): Backend {
  const base = createNaiveBackend()
  const maxElements = 2 ** 24
  const supports: Backend['supports'] = ({ dtype, memory, operands }) => {
    if (!dtypes.includes(dtype)) return { ok: false, reason: `no ${dtype}`, field: 'dtype' }
    if (memory === 'shared') return { ok: false, reason: 'no shared memory', field: 'memory' }
    const spans = operands.flatMap(({ sourceSpan, targetSpan }) => [sourceSpan, targetSpan])
    const tooFar = spans.some(({ low, high }) => high - low + 1 > maxElements)
    return tooFar ? { ok: false, reason: 'too many elements', field: 'operands' } : { ok: true }
  }
  return {
    ...base,
    name: 'small',
    capabilities: { dtypes, threads: 0, isa: null, maxElements, sharedMemory: false },
    supports,
    compile(plan) {
      const support = supports(plan)
      if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
      return base.compile(plan)
    },
  }
}

describe('ids', () => {
  test('are those of the committed list, in its order', async () => {
    const ids = conformanceCases(undefined, { large: true }).map(({ id }) => id)
    // A case that is added, renamed or gone changes the list, and SUITE_VERSION with it.
    await expect(`${[SUITE_VERSION, ...ids].join('\n')}\n`).toMatchFileSnapshot('./case-ids.txt')
  })

  test('are unique, name their family and hold no spaces', () => {
    const cases = conformanceCases()
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { id, family } of cases) {
      expect(id).toMatch(
        /^(values|golden|properties|contract)\/[\w=,.[\]+()-]+(\/[\w=,.[\]+()-]+)+$/,
      )
      expect(id.startsWith(`${family}/`)).toBe(true)
    }
  })

  test('are stable: raise SUITE_VERSION when these change', () => {
    expect({ version: SUITE_VERSION, ...byFamily() }).toMatchInlineSnapshot(`
      {
        "contract": 1302,
        "golden": 320,
        "properties": 112,
        "values": 574,
        "version": "1.5.0",
      }
    `)
  })

  test('come in the same order every time', () => {
    expect(conformanceCases().map(({ id }) => id)).toEqual(conformanceCases().map(({ id }) => id))
  })

  test('can be filtered by their start or by a function', () => {
    const tails = conformanceCases('contract/tails/')
    expect(tails.length).toBeGreaterThan(0)
    expect(tails.every(({ id }) => id.startsWith('contract/tails/'))).toBe(true)
    expect(conformanceCases((id) => id === CONTROL).map(({ id }) => id)).toEqual([CONTROL])
    expect(conformanceCases('no such case')).toEqual([])
  })
})

describe('results', () => {
  test('can be stopped early: nothing runs after the consumer has left', async () => {
    let compiled = 0
    const base = createNaiveBackend()
    const backend: Backend = {
      ...base,
      compile(plan) {
        compiled++
        return base.compile(plan)
      },
    }
    const seen: string[] = []
    for await (const { id } of conformanceResults(backend, { filter: 'values/' })) {
      seen.push(id)
      if (seen.length === 3) break
    }
    expect(seen).toEqual(
      conformanceCases('values/')
        .slice(0, 3)
        .map(({ id }) => id),
    )
    expect(compiled).toBe(3)
  })

  test('wait for onResult, which sees each result before it is yielded', async () => {
    const order: string[] = []
    const onResult = async ({ status }: ConformanceResult): Promise<void> => {
      await Promise.resolve()
      order.push(`seen ${status}`)
    }
    for await (const { status } of conformanceResults(createNaiveBackend(), {
      filter: CONTROL,
      onResult,
    })) {
      order.push(`yielded ${status}`)
    }
    expect(order).toEqual(['seen passed', 'yielded passed'])
  })

  test('of a bare backend are those of a subject of its name', async () => {
    const bare = await runConformance(createNaiveBackend(), { filter: 'golden/rotation/' })
    const subject: ConformanceSubject = { name: 'naive', backend: createNaiveBackend() }
    expect(bare).toEqual(await runConformance(subject, { filter: 'golden/rotation/' }))
    expect(bare.backend).toBe('naive')
  })

  test('say what is wrong with which element', async () => {
    const backend = createNaiveBackend({ rotate: (_dtype, x, y) => [x, y] })
    const { failures } = await runConformance(backend, { filter: CONTROL })
    expect(failures).toHaveLength(1)
    expect(failures[0]?.message).toMatch(
      /^q\[batch 0, token 0, head 0, channel 0\] differs in its bits from the model: got .* model .* truth .* input /,
    )
  })
})

describe('the report', () => {
  test('adds up, names the suite and survives JSON', async () => {
    const report = await runConformance(createSmallBackend(['float32']), { filter: 'values/half/' })
    expect(report.suiteVersion).toBe(SUITE_VERSION)
    expect(report.backend).toBe('small')
    expect(report.passed + report.failed + report.unsupported).toBe(report.cases)
    expect(report.cases).toBe(conformanceCases('values/half/').length)
    expect(Object.keys(report)).toEqual([
      'suiteVersion',
      'backend',
      'cases',
      'passed',
      'failed',
      'unsupported',
      'worst',
      'failures',
    ])
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  test('shows the worst error and where it was', () => {
    const result = (id: string, error?: number): ConformanceResult => ({
      id,
      family: 'values',
      status: 'passed',
      ...(error === undefined ? {} : { error }),
    })
    const worstOf = (results: readonly ConformanceResult[]): ConformanceReport['worst'] =>
      makeReport('x', results).worst
    expect(
      worstOf([result('values/a', 1e-8), result('values/b', 3e-8), result('values/c')]),
    ).toEqual({
      id: 'values/b',
      error: 3e-8,
    })
    expect(worstOf([result('values/a')])).toBeNull()
    expect(worstOf([])).toBeNull()
    expect(worstOf([result('values/a', Number.NaN)])).toEqual({
      id: 'values/a',
      error: Number.MAX_VALUE,
    })
  })

  test('measures float32 against truth: rounding, and no more', async () => {
    const { worst } = await runConformance(createNaiveBackend(), { filter: 'values/half/float32/' })
    expect(worst?.error).toBeGreaterThan(2 ** -26)
    expect(worst?.error).toBeLessThan(2 ** -22)
  })
})

describe('honest backends', () => {
  test('that claim less pass what they claim and are unsupported elsewhere', async () => {
    const backend = createSmallBackend(['float32', 'bfloat16'])
    const report = await runConformance({
      name: 'small',
      backend,
      createBackend: () => createSmallBackend(['float32', 'bfloat16']),
    })
    expect(report.failures).toEqual([])
    expect(report.unsupported).toBeGreaterThan(report.cases / 3)
    expect(report.passed).toBeGreaterThan(report.cases / 3)
  }, 300_000)

  test('on a GPU are bounded, not compared', async () => {
    const report = await runConformance({
      name: 'gpu-like',
      backend: createGpuLikeBackend(),
      createBackend: () => createGpuLikeBackend(),
    })
    expect(report.failures).toEqual([])
    expect(report.passed).toBeGreaterThan(report.cases / 2)
  }, 300_000)
})

describe('GPU backends are not let off', () => {
  const small = { filter: (id: string) => /^values\/half\/(float32|float16)\/bshd\//.test(id) }

  test('when their angles come from float16', async () => {
    const half = (value: number): number => Math.round(value * 1024) / 1024
    const backend = createGpuLikeBackend({
      rotate: (_dtype, x, y, cos, sin) => [
        x * half(cos) - y * half(sin),
        y * half(cos) + x * half(sin),
      ],
    })
    expect((await runConformance(backend, small)).failed).toBeGreaterThan(20)
  })

  test('when they miss the bound by one part in 2^20', async () => {
    const backend = createGpuLikeBackend({
      rotate: (_dtype, x, y, cos, sin) => [(x * cos - y * sin) * (1 + 2 ** -20), y * cos + x * sin],
    })
    expect((await runConformance(backend, small)).failed).toBeGreaterThan(10)
  })

  test('when they touch a channel outside the window', async () => {
    const backend = createGpuLikeBackend({ copyChannel: (_plan, channel) => channel !== 0 })
    const report = await runConformance(backend, {
      filter: 'contract/pass-through/out/half/float32',
    })
    expect(report.failed).toBe(1)
  })
})

describe('defineConformance', () => {
  interface Collected {
    readonly groups: string[]
    readonly tests: Map<string, () => Promise<void>>
  }

  function collect(backend: Backend, minimumCases: number): Collected {
    const groups: string[] = []
    const tests = new Map<string, () => Promise<void>>()
    const functions = {
      describe: (name: string, body: () => void): void => {
        groups.push(name)
        body()
      },
      test: (name: string, body: () => Promise<void>): void => {
        tests.set(name, body)
      },
    }
    const filter = (id: string): boolean => id.startsWith('golden/rotation/') || id === CONTROL
    defineConformance(functions, () => ({ name: backend.name, backend }), { minimumCases, filter })
    return { groups, tests }
  }

  async function runAll({ tests }: Collected): Promise<readonly string[]> {
    const messages: string[] = []
    for (const body of tests.values()) {
      await body().catch((error: unknown) => messages.push(String(error)))
    }
    return messages
  }

  test('defines one test per case, by family, and one that counts', async () => {
    const collected = collect(createNaiveBackend(), 49)
    expect(collected.groups).toEqual(['values', 'golden'])
    expect(collected.tests.size).toBe(conformanceCases('golden/rotation/').length + 2)
    expect(await runAll(collected)).toEqual([])
  })

  test('fails the test of a case that fails', async () => {
    const messages = await runAll(collect(createNaiveBackend({ pairs: () => 0 }), 0))
    expect(messages.length).toBeGreaterThan(20)
    expect(messages[0]).toContain(CONTROL)
  })

  test('fails a backend that declines its way through', async () => {
    const messages = await runAll(collect(createSmallBackend(['float32']), 49))
    expect(messages).toEqual([expect.stringContaining('must')])
  })

  test('does not count when only some tests were run', async () => {
    const { tests } = collect(createNaiveBackend(), 49)
    const last = [...tests.values()].at(-1)
    await expect(last?.()).resolves.toBeUndefined()
  })
})

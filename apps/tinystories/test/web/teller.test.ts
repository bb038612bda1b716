/** The worker's side of the page, in Node: reports, stories, stops and failures. */
import { type RopeConfig, RopeError } from '@rope/core'
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { type ReadFile, readExpectedTexts } from '../../src/model-files.js'
import { type BackendChoice, choiceOf } from '../../src/web/backend-choice.js'
import { CHOICES } from '../../src/web/choices.js'
import { explainProbe } from '../../src/web/explanation.js'
import type { Report, Wish } from '../../src/web/messages.js'
import { Teller } from '../../src/web/teller.js'
import { absentEntry, entryOf, listed, readBundled, wrapJs } from '../world.js'

const [once] = await readExpectedTexts(readBundled)
const js = choiceOf(entryOf('js', createJsBackend), 'plain JavaScript')
const WISH: Wish = { backend: 'js', prompt: 'Once upon a time', tokens: 256 }

interface Outcome {
  readonly teller: Teller
  readonly reports: Report[]
}

/** A teller that has started. */
async function startTeller(
  choices: readonly BackendChoice[] = [js],
  read: ReadFile = readBundled,
): Promise<Outcome> {
  const reports: Report[] = []
  const teller = new Teller({ read, choices, post: (report) => void reports.push(report) })
  await teller.start()
  return { teller, reports }
}

/** The reports on one story. */
async function tell(wish: Partial<Wish>, choices?: readonly BackendChoice[]): Promise<Report[]> {
  const { teller, reports } = await startTeller(choices)
  const before = reports.length
  await teller.handle({ type: 'tell', wish: { ...WISH, ...wish } })
  return reports.slice(before)
}

function textOf(reports: readonly Report[]): string {
  return reports.map((report) => (report.type === 'text' ? report.text : '')).join('')
}

describe('start', () => {
  test('lists the choices first, then what it found', async () => {
    const gpu = choiceOf(absentEntry('gpu', 'there is no adapter'), 'a GPU')
    const { reports } = await startTeller([gpu, js])
    expect(reports[0]).toEqual({
      type: 'choices',
      choices: [
        { name: 'gpu', description: 'a GPU' },
        { name: 'js', description: 'plain JavaScript' },
      ],
    })
    const probe = { available: false, reason: 'there is no adapter', facts: {} }
    const explanation = explainProbe('gpu', probe)
    expect(reports).toContainEqual({ type: 'backend', name: 'gpu', probe, explanation })
    expect(reports).toContainEqual(
      expect.objectContaining({
        type: 'backend',
        name: 'js',
        probe: { available: true, facts: {} },
      }),
    )
    expect(reports).toContainEqual(
      expect.objectContaining({
        type: 'model',
        model: {
          parameters: 260_032,
          layers: 5,
          queryHeads: 8,
          keyHeads: 4,
          headDim: 8,
          contextLength: 512,
        },
      }),
    )
    expect(reports).toHaveLength(4)
  })

  test('reports a package that does not load, and one that never answers', async () => {
    const missing: BackendChoice = choiceOf(
      listed('missing', () => Promise.reject(new Error('no such package'))),
      'absent',
    )
    const silent: BackendChoice = { ...js, name: 'silent', probe: () => new Promise(() => {}) }
    const reports: Report[] = []
    await new Teller({
      read: readBundled,
      choices: [missing, silent],
      post: (report) => void reports.push(report),
      probeLimit: 20,
    }).start()
    const reasons = new Map(
      reports.flatMap((report) =>
        report.type === 'backend' ? [[report.name, report.probe.reason ?? 'available']] : [],
      ),
    )
    expect(reasons.get('missing')).toMatch(/@rope\/missing does not load here: no such package/)
    expect(reasons.get('silent')).toMatch(/it did not answer within 0\.02 s/)
  })

  test('reports a model that cannot be read', async () => {
    const { reports } = await startTeller([js], async (name) => {
      if (name === 'model.safetensors') throw new RopeError('INVALID_FILE', 'HTTP 404')
      return readBundled(name)
    })
    expect(reports).toContainEqual({ type: 'broken', message: 'HTTP 404' })
    expect(reports.map(({ type }) => type)).not.toContain('model')
  })
})

describe('a story', () => {
  test('comes token by token, with the time so far', async () => {
    const reports = await tell({})
    expect(reports[0]).toMatchObject({ type: 'started', rotation: { backend: 'js' } })
    expect(textOf(reports)).toBe(once?.text)
    const counts = reports.flatMap((report) => (report.type === 'text' ? [report.time.tokens] : []))
    expect(counts.slice(0, -1)).toEqual(Array.from({ length: 256 }, (_, index) => index + 1))
    const last = reports.at(-1)
    expect(last).toMatchObject({ type: 'ended', stopped: false, time: { tokens: 256 } })
    const { milliseconds = 0, ropeMilliseconds = 0 } = last?.type === 'ended' ? last.time : {}
    expect(ropeMilliseconds).toBeGreaterThan(0)
    expect(ropeMilliseconds).toBeLessThan(milliseconds)
  })

  test.each(['js', 'wasm'])('is the expected one with %s', async (backend) => {
    const choices = CHOICES.filter(({ name }) => name === backend)
    expect(textOf(await tell({ backend }, choices))).toBe(once?.text)
  })

  test('can be stopped while it is told, and another one told after it', async () => {
    const { teller, reports } = await startTeller()
    const told = teller.handle({ type: 'tell', wish: { ...WISH, tokens: 512 } })
    // A timer is a task of its own: it gets its turn only because the teller pauses.
    setTimeout(() => void teller.handle({ type: 'stop' }), 30)
    await told
    expect(reports.at(-1)).toMatchObject({ type: 'ended', stopped: true })
    expect((once?.text ?? '').startsWith(textOf(reports).slice(0, 40))).toBe(true)
    expect(textOf(reports).length).toBeLessThan(once?.text.length ?? 0)
    const before = reports.length
    await teller.handle({ type: 'tell', wish: WISH })
    expect(textOf(reports.slice(before))).toBe(once?.text)
  })

  test('frees its backend, also after a failure', async () => {
    let disposals = 0
    let calls = 0
    const failing = entryOf('failing', () => ({
      ...wrapJs('failing', (kernel, call) => {
        calls += 1
        if (calls > 50) throw new RopeError('BACKEND_FAILED', 'the device is gone')
        return kernel.run(call)
      }),
      dispose: () => {
        disposals += 1
      },
    }))
    const reports = await tell({ backend: 'failing' }, [choiceOf(failing, 'breaks')])
    expect(textOf(reports)).toMatch(/^Once upon a time,/)
    expect(reports.at(-1)).toEqual({ type: 'failed', message: 'the device is gone', field: null })
    expect(disposals).toBe(1)
  })
})

describe('a wish that cannot be granted', () => {
  const gpu = choiceOf(absentEntry('gpu', 'there is no adapter; attach one'), 'a GPU')
  const refusals: readonly (readonly [Partial<Wish>, string, RegExp])[] = [
    [{ tokens: 513 }, 'tokens', /513 tokens are asked for; accepted: 1 to 512/],
    [{ tokens: 0 }, 'tokens', /0 tokens are asked for; accepted: 1 to 512/],
    [{ tokens: 1.5 }, 'tokens', /1\.5 tokens are asked for/],
    [{ tokens: Number.NaN }, 'tokens', /NaN tokens are asked for/],
    [{ tokens: 4 }, 'prompt', /the prompt takes 4 of 4 tokens/],
    [{ prompt: 'word '.repeat(10_000) }, 'prompt', /takes at least \d+ of 256 tokens/],
    [{ backend: 'gpu' }, 'backend', /backend gpu is not available: there is no adapter; attach/],
    [{ backend: 'abacus' }, 'backend', /backend abacus is unknown; accepted: js, gpu/],
  ]
  test.each(refusals)('%j', async (wish, field, message) => {
    const reports = await tell(wish, [js, gpu])
    expect(reports).toEqual([
      { type: 'failed', field, message: expect.stringMatching(message) as string },
    ])
  })

  test('a story before the model is loaded', async () => {
    const reports: Report[] = []
    const post = (report: Report): void => void reports.push(report)
    await new Teller({ read: readBundled, choices: [js], post }).handle({
      type: 'tell',
      wish: WISH,
    })
    expect(reports).toMatchObject([{ type: 'failed', message: /the model is not loaded yet/ }])
  })

  test('a backend whose creation fails says why', async () => {
    const broken: BackendChoice = {
      ...js,
      open: (_config: RopeConfig) => Promise.reject(new Error('out of memory')),
    }
    const reports = await tell({}, [broken])
    expect(reports).toEqual([{ type: 'failed', message: 'out of memory', field: null }])
  })
})

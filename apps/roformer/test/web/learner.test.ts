/** The worker's side of a model, in Node: the same steps as in the terminal, readings, pauses, failures. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { trainVariant } from '../../src/runs/train-variant.js'
import { readVocabularyFile } from '../../src/text/corpus.js'
import { encodeAddresses } from '../../src/text/encode-addresses.js'
import { splitAddresses } from '../../src/text/split-addresses.js'
import { Learner } from '../../src/web/training/learner.js'
import type { LearnerJob, LearnerReport } from '../../src/web/training/messages.js'
import { BEST, GAPS, SENTENCES } from '../../src/web/training/reading.js'
import { SPEECHES, TINY, tinyJob } from './world.js'

const vocabulary = readVocabularyFile(fileURLToPath(new URL('../../data/', import.meta.url)))

/** A learner whose reports are kept; its clock ticks half a second for each look at it. */
function makeLearner(onReport: (report: LearnerReport) => void = () => undefined): {
  readonly learner: Learner
  readonly reports: LearnerReport[]
} {
  const reports: LearnerReport[] = []
  let now = 0
  const learner = new Learner({
    vocabulary,
    now: () => (now += 500),
    post: (report) => {
      reports.push(report)
      onReport(report)
    },
  })
  return { learner, reports }
}

async function learn(changes: Partial<LearnerJob> = {}): Promise<LearnerReport[]> {
  const { learner, reports } = makeLearner()
  await learner.handle({ type: 'start', job: await tinyJob(changes) })
  return reports
}

function lossesOf(reports: readonly LearnerReport[]): number[] {
  return reports.flatMap((report) => (report.type === 'steps' ? report.losses : []))
}

function ofType<Type extends LearnerReport['type']>(
  reports: readonly LearnerReport[],
  type: Type,
): Extract<LearnerReport, { type: Type }>[] {
  return reports.filter(
    (report): report is Extract<LearnerReport, { type: Type }> => report.type === type,
  )
}

describe('a learner', () => {
  test.each(['rope', 'learned'] as const)(
    'makes the steps of a run in the terminal: %s',
    async (positions) => {
      const reports = await learn({ positions })
      const corpus = encodeAddresses(TINY.alphabet, vocabulary, splitAddresses(SPEECHES))
      const { result } = await trainVariant({ recipe: TINY, positions, seed: 1 }, corpus)
      expect(lossesOf(reports).slice(0, 20)).toEqual(result.firstLosses)
      expect(lossesOf(reports)).toHaveLength(TINY.steps)
      expect(ofType(reports, 'heldOut').map(({ heldOut }) => heldOut)).toEqual(result.heldOut)
      expect(reports.at(-1)).toEqual({ type: 'done' })
    },
  )

  test('reads the sentences at first, every fifty steps, and at last', async () => {
    const reports = await learn()
    const [ready] = ofType(reports, 'ready')
    expect(ready?.device).toBe('wasm')
    expect(ready?.sentences).toHaveLength(SENTENCES)
    const snapshots = ofType(reports, 'snapshot').map(({ snapshot }) => snapshot)
    expect(snapshots.map(({ step }) => step)).toEqual([0, 50, 60])
    const { layers, heads, tokens } = TINY.model
    for (const { readings } of snapshots) {
      expect(readings).toHaveLength(SENTENCES)
      for (const { guesses, attention, near } of readings) {
        expect(near).toHaveLength(layers * heads)
        for (const share of near) expect(share).toBeGreaterThan(0)
        expect(guesses.map((best) => best.length)).toEqual(Array(GAPS).fill(BEST))
        expect(attention).toHaveLength(layers * heads * tokens ** 2)
        for (const best of guesses) {
          const shares = best.map(({ probability }) => probability)
          expect(shares).toEqual([...shares].sort((a, b) => b - a))
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1)
        }
      }
    }
    // It has learned what such sentences are made of.
    const [first, last] = [snapshots[0], snapshots.at(-1)].map(
      (one) => one?.readings[0]?.guesses[0]?.[0]?.probability ?? 0,
    ) as [number, number]
    expect(last).toBeGreaterThan(first)
  })

  test('waits while it is paused, and goes on from there', async () => {
    const { learner, reports } = makeLearner((report) => {
      if (report.type === 'ready') void learner.handle({ type: 'pause' })
    })
    const isOver = learner.handle({ type: 'start', job: await tinyJob() })
    await expect.poll(() => ofType(reports, 'snapshot').length).toBe(1)
    // Long enough for some of its steps, had it not been paused.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(lossesOf(reports)).toEqual([])
    await learner.handle({ type: 'resume' })
    await isOver
    expect(lossesOf(reports)).toHaveLength(TINY.steps)
  })

  test('takes WebAssembly where the wanted device is not there, and says so', async () => {
    const [ready] = ofType(await learn({ device: 'webgpu' }), 'ready')
    expect(ready?.device).toBe('wasm')
  })

  test('says what is wrong with a damaged text', async () => {
    const reports = await learn({ text: Uint8Array.of(1, 2, 3) })
    expect(reports).toEqual([
      { type: 'failed', message: expect.stringContaining('the file of the addresses is damaged') },
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { createHistory, type KeptRun, type RunStore } from '../../src/history/history.js'
import { SAMPLE } from '../results/samples.js'

function memoryStore(): RunStore & { readonly kept: Map<string, KeptRun> } {
  const kept = new Map<string, KeptRun>()
  return {
    kept,
    load: async () => [...kept.values()],
    put: async (run) => void kept.set(run.id, run),
    remove: async (id) => void kept.delete(id),
  }
}

/** Lets what was begun at the start end. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

describe('the history', () => {
  test('keeps, pins, chooses and forgets', async () => {
    const store = memoryStore()
    const history = createHistory(store)
    await history.keep(SAMPLE, 'measured here')
    await history.keep({ ...SAMPLE, createdAt: '2026-02-02T00:00:00.000Z' }, 'a link')
    expect(history.runs.value.map(({ origin }) => origin)).toEqual(['a link', 'measured here'])
    expect(history.chosen.value?.origin).toBe('a link')
    const [, first] = history.runs.value
    history.pin(first?.id ?? null)
    expect(history.baseline.value).toBe(first)
    const again = createHistory(store)
    await settled()
    expect(new Set(again.runs.value.map(({ id }) => id))).toEqual(new Set(store.kept.keys()))
    await history.remove(first?.id ?? '')
    expect(history.baseline.value).toBeNull()
    expect(store.kept.size).toBe(1)
  })

  test('without a database it lasts as long as the page, and says so', async () => {
    const refuse = async (): Promise<never> => {
      throw new Error('the database is closed')
    }
    const history = createHistory({ load: refuse, put: refuse, remove: refuse })
    await history.keep(SAMPLE, 'measured here')
    expect(history.runs.value).toHaveLength(1)
    expect(history.problem.value).toMatch(/keeps no history here \(the database is closed\)/)
  })

  test('the oldest of more than a hundred is forgotten', async () => {
    const store = memoryStore()
    const history = createHistory(store)
    for (let run = 0; run <= 100; run++) await history.keep(SAMPLE, `run ${run}`)
    expect(history.runs.value).toHaveLength(100)
    expect(history.runs.value.at(-1)?.origin).toBe('run 1')
    expect(store.kept.size).toBe(100)
  })
})

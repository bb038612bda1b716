/** What the page knows of a model, report by report. */
import { describe, expect, test } from 'vitest'
import { follow, idleModel, type ModelEvent, meansOf } from '../../src/web/training/model-state.js'

const reading = { guesses: [], attention: new Float32Array(4), near: [0.5] }
const snapshot = { step: 50, readings: [reading] }

function after(...events: readonly ModelEvent[]): ReturnType<typeof follow> {
  return events.reduce(follow, idleModel('rope'))
}

describe('follow', () => {
  test('gathers what a worker reports', () => {
    const state = after(
      { type: 'ready', device: 'wasm', sentences: [] },
      { type: 'steps', losses: [7, 6], milliseconds: 500 },
      { type: 'steps', losses: [5], milliseconds: 500 },
      { type: 'heldOut', heldOut: [3, 5.5] },
      { type: 'snapshot', snapshot },
      { type: 'done' },
    )
    expect(state).toEqual({
      positions: 'rope',
      phase: 'done',
      device: 'wasm',
      losses: [7, 6, 5],
      heldOut: [[3, 5.5]],
      snapshot,
      near: [[50, [[0.5]]]],
      // 4 a second at first, then a step towards 2.
      rate: 4 - 0.3 * 2,
      message: null,
    })
  })

  test('a clock that saw no time pass says nothing', () => {
    const [first, second] = [4, 5].map((loss) => ({
      ...({ type: 'steps', losses: [loss] } as const),
      milliseconds: loss === 4 ? 1000 : 0,
    }))
    expect(after(first as ModelEvent, second as ModelEvent).rate).toBe(1)
  })

  test('a crash is told, keeps what was seen, and is the end', () => {
    const state = after(
      { type: 'steps', losses: [7], milliseconds: 100 },
      { type: 'crashed', message: 'out of memory' },
      { type: 'steps', losses: [6], milliseconds: 100 },
      { type: 'done' },
    )
    expect(state).toMatchObject({ phase: 'crashed', message: 'out of memory', losses: [7] })
    expect(after({ type: 'failed', message: 'no text' })).toMatchObject({ phase: 'crashed' })
  })
})

describe('means', () => {
  test('stand at the last of their steps', () => {
    expect(meansOf([1, 3, 5, 7, 9], 2)).toEqual([
      [2, 2],
      [4, 6],
    ])
  })

  test('of what is left over grow ten steps at a time', () => {
    const losses = Array.from({ length: 139 }, (_, i) => (i < 100 ? 6 : 4))
    expect(meansOf(losses, 100)).toEqual([
      [100, 6],
      [130, 4],
    ])
    expect(meansOf(losses.slice(0, 30), 100)).toEqual([[30, 6]])
    expect(meansOf(losses.slice(0, 9), 100)).toEqual([])
  })
})

/** What the page shows after each event. */
import { describe, expect, test } from 'vitest'
import { explainProbe } from '../../src/web/explanation.js'
import type { Report, RotationFacts, Wish } from '../../src/web/messages.js'
import {
  canStart,
  explanationOf,
  INITIAL_STATE,
  isBusy,
  type PageEvent,
  type PageState,
  reduce,
} from '../../src/web/state.js'
import { describeStatus } from '../../src/web/words.js'

const WISH: Wish = { backend: 'js', prompt: 'Once', tokens: 4 }
const TIME = { tokens: 4, milliseconds: 2, ropeMilliseconds: 1 }
const ROTATION: RotationFacts = {
  backend: 'js',
  explanation: { summary: 'It was asked for.', columns: [], rows: [] },
}
const CHOICES: Report = {
  type: 'choices',
  choices: ['auto', 'js', 'gpu'].map((name) => ({ name, description: '' })),
}
const MODEL: Report = {
  type: 'model',
  model: { parameters: 1, layers: 1, queryHeads: 1, keyHeads: 1, headDim: 2, contextLength: 8 },
  expected: [],
}

function found(name: string): Report {
  const probe = { available: true, facts: { isa: 'none' } }
  return { type: 'backend', name, probe, explanation: explainProbe(name, probe) }
}

function missing(name: string): Report {
  const probe = { available: false, reason: 'not built', facts: {} }
  return { type: 'backend', name, probe, explanation: explainProbe(name, probe) }
}

function after(...events: readonly PageEvent[]): PageState {
  return events.reduce(reduce, INITIAL_STATE)
}

const READY: readonly PageEvent[] = [CHOICES, MODEL, missing('auto'), found('js'), missing('gpu')]
const TOLD: readonly PageEvent[] = [
  { type: 'submit', wish: WISH },
  { type: 'started', rotation: ROTATION },
  { type: 'text', text: 'Once', time: TIME },
  { type: 'text', text: ' upon', time: TIME },
]
const END: Report = { type: 'ended', stopped: false, time: TIME, rotation: ROTATION }

describe('before a story', () => {
  test('it can be asked for when the model and a backend are there', () => {
    expect(canStart(after(CHOICES, MODEL))).toBe(false)
    expect(canStart(after(CHOICES, found('js')))).toBe(false)
    expect(canStart(after(CHOICES, MODEL, found('js')))).toBe(true)
    expect(canStart(after(CHOICES, MODEL, missing('js')))).toBe(false)
  })

  test('the first choice that can run is selected, whichever answers first', () => {
    expect(after(CHOICES, found('js')).selected).toBe('js')
    expect(after(CHOICES, found('js'), found('auto')).selected).toBe('auto')
    expect(after(CHOICES, found('gpu'), missing('auto')).selected).toBe('gpu')
    expect(after(CHOICES, missing('auto'), missing('js'), missing('gpu')).selected).toBe(null)
  })

  test('what a person has selected stays selected', () => {
    const events: readonly PageEvent[] = [CHOICES, found('js'), { type: 'select', name: 'js' }]
    expect(after(...events, found('auto')).selected).toBe('js')
    expect(after(CHOICES, MODEL, found('js'), ...TOLD, END, found('auto')).selected).toBe('js')
  })

  test('the facts of the selected backend are shown', () => {
    expect(explanationOf(after(CHOICES))).toBe(null)
    expect(explanationOf(after(...READY))).toMatchObject({ rows: [['isa', 'none']] })
  })

  test.each([
    [[], 'Loading the model …'],
    [[CHOICES, MODEL], 'Looking for backends …'],
    [READY, 'Ready.'],
    [
      [CHOICES, MODEL, missing('auto'), missing('js'), missing('gpu')],
      'No backend can run here; the reasons are above.',
    ],
    [[CHOICES, { type: 'broken', message: 'HTTP 404' }], 'Nothing can run; the reason is below.'],
  ] as readonly (readonly [readonly PageEvent[], string])[])(
    'the status of %#',
    (events, words) => {
      expect(describeStatus(after(...events))).toBe(words)
    },
  )
})

describe('a story', () => {
  test('grows, and ends as a run', () => {
    const telling = after(...READY, ...TOLD)
    expect(telling).toMatchObject({ phase: 'telling', story: 'Once upon', time: TIME, runs: [] })
    expect([isBusy(telling), canStart(telling)]).toEqual([true, false])
    const ended = reduce(telling, END)
    expect(ended.runs).toMatchObject([
      { choice: 'js', backend: 'js', text: 'Once upon', outcome: 'ended', verdict: { same: null } },
    ])
    expect([isBusy(ended), canStart(ended)]).toEqual([false, true])
    expect(describeStatus(ended)).toBe('Done: 4 tokens in 0.00 s.')
  })

  test('stays stopping until it has stopped, also when it had not begun', () => {
    const events: readonly PageEvent[] = [
      ...READY,
      { type: 'submit', wish: WISH },
      { type: 'stop' },
    ]
    expect(after(...events).phase).toBe('stopping')
    const begun = after(...events, { type: 'started', rotation: ROTATION })
    expect(begun.phase).toBe('stopping')
    const ended = reduce(begun, { ...END, stopped: true })
    expect(ended).toMatchObject({ phase: 'ready', runs: [{ outcome: 'stopped' }] })
    expect(describeStatus(reduce(after(...READY, ...TOLD), { ...END, stopped: true }))).toBe(
      'Stopped after 4 tokens.',
    )
  })

  test('a stop without a story changes nothing', () => {
    const ready = after(...READY)
    expect(reduce(ready, { type: 'stop' })).toBe(ready)
  })

  test('the next one starts afresh', () => {
    const next = after(...READY, ...TOLD, END, { type: 'submit', wish: WISH })
    expect(next).toMatchObject({ phase: 'starting', story: '', time: null, rotation: null })
    expect(next.runs).toHaveLength(1)
  })
})

describe('a failure', () => {
  test('at an input is no run', () => {
    const refused: Report = { type: 'failed', message: 'too many', field: 'tokens' }
    const state = after(...READY, { type: 'submit', wish: WISH }, refused)
    expect(state).toMatchObject({ phase: 'ready', runs: [], failure: { field: 'tokens' } })
    expect(canStart(state)).toBe(true)
    expect(reduce(state, { type: 'submit', wish: WISH }).failure).toBe(null)
  })

  test('in the middle of a story leaves what was told, and counts', () => {
    const state = after(...READY, ...TOLD, { type: 'failed', message: 'lost', field: null })
    expect(state).toMatchObject({
      phase: 'ready',
      story: 'Once upon',
      runs: [{ outcome: 'failed' }],
    })
    expect(describeStatus(state)).toBe('That did not work; the reason is below.')
  })

  test('of the worker is the end, unless there is a new one', () => {
    const crash = { type: 'crashed', message: 'gone' } as const
    const broken = after(...READY, ...TOLD, { ...crash, restarted: false })
    expect(broken).toMatchObject({ phase: 'broken', failure: { message: 'gone' } })
    expect(broken.runs).toHaveLength(1)
    const restarted = after(...READY, ...TOLD, { ...crash, restarted: true })
    expect(restarted).toMatchObject({ phase: 'loading', failure: { message: 'gone' } })
    const again = READY.reduce(reduce, restarted)
    expect([canStart(again), again.failure?.message]).toEqual([true, 'gone'])
  })
})

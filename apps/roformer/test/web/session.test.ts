/** Two models side by side, without a browser: workers that are told what to say. */
import { describe, expect, test } from 'vitest'
import { RECIPES } from '../../src/runs/recipe.js'
import type { LearnerReport, LearnerRequest } from '../../src/web/training/messages.js'
import {
  createSession,
  type LearnerWorker,
  type Session,
  type SessionWorld,
  type WorkerFailure,
} from '../../src/web/training/session.js'

const TEXT = Uint8Array.of(1, 2, 3)
const READY: LearnerReport = {
  ...{ type: 'ready', device: 'wasm' },
  sentences: [{ texts: ['a', 'b'], answers: ['c'] }],
}

/** A worker that keeps what it is asked, and says what a test wants. */
class FakeWorker implements LearnerWorker {
  readonly asked: LearnerRequest[] = []
  isGone = false
  #onMessage: (event: { readonly data: LearnerReport }) => void = () => undefined
  #onError: (event: WorkerFailure) => void = () => undefined

  postMessage(request: LearnerRequest): void {
    this.asked.push(request)
  }
  terminate(): void {
    this.isGone = true
  }
  addEventListener(type: 'message' | 'error', listener: never): void {
    if (type === 'message') this.#onMessage = listener
    else this.#onError = listener
  }
  say(report: LearnerReport): void {
    this.#onMessage({ data: report })
  }
  crash(message: string): void {
    this.#onError({ message, preventDefault: () => undefined })
  }
  /** The types of what it was asked. */
  types(): string[] {
    return this.asked.map(({ type }) => type)
  }
}

interface Opened {
  readonly session: Session
  readonly workers: FakeWorker[]
  hide(isHidden: boolean): void
}

function open(changes: Partial<SessionWorld> = {}): Opened {
  const workers: FakeWorker[] = []
  let isHidden = false
  let onChange = (): void => undefined
  const world: SessionWorld = {
    ...{ recipe: RECIPES.mlm, seed: 7 },
    startWorker: () => {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker
    },
    fetchText: async () => TEXT,
    visibility: {
      isHidden: () => isHidden,
      watch(listener) {
        onChange = listener
      },
    },
    ...changes,
  }
  return {
    session: createSession(world, 'sinusoidal'),
    workers,
    hide(now) {
      isHidden = now
      onChange()
    },
  }
}

const WISH = { rival: 'sinusoidal', device: 'wasm' } as const

async function started(): Promise<
  Opened & { readonly rival: FakeWorker; readonly rope: FakeWorker }
> {
  const opened = open()
  await opened.session.start(WISH)
  const [rival, rope] = opened.workers as [FakeWorker, FakeWorker]
  rival.say(READY)
  rope.say(READY)
  return { ...opened, rival, rope }
}

describe('a session', () => {
  test('starts a worker for each model, alike but for their positions', async () => {
    const { session, workers } = open()
    expect(session.phase.value).toBe('idle')
    await session.start({ rival: 'learned', device: 'webgpu' })
    expect(session.phase.value).toBe('loading')
    const jobs = workers.map(({ asked: [first] }) => first?.type === 'start' && first.job)
    const common = { recipe: RECIPES.mlm, seed: 7, device: 'webgpu', text: TEXT }
    expect(jobs).toEqual([
      { ...common, positions: 'learned' },
      { ...common, positions: 'rope' },
    ])
    workers[1]?.say(READY)
    expect(session.phase.value).toBe('training')
    expect(session.sentences.value).toEqual(READY.type === 'ready' ? READY.sentences : [])
  })

  test('gives each report to its own model', async () => {
    const { session, rope } = await started()
    rope.say({ type: 'steps', losses: [5, 4], milliseconds: 100 })
    expect(session.models.value.map(({ losses }) => losses)).toEqual([[], [5, 4]])
  })

  test('pauses both models and goes on', async () => {
    const { session, rival, rope } = await started()
    session.pause()
    expect(session.phase.value).toBe('paused')
    session.resume()
    expect(session.phase.value).toBe('training')
    for (const worker of [rival, rope])
      expect(worker.types().slice(-2)).toEqual(['pause', 'resume'])
  })

  test('pauses while nobody sees it, and goes on unless a person has paused it', async () => {
    const { session, rope, hide } = await started()
    hide(true)
    expect(session.isHidden.value).toBe(true)
    expect(rope.types().at(-1)).toBe('pause')
    hide(false)
    expect(rope.types().at(-1)).toBe('resume')
    session.pause()
    hide(true)
    hide(false)
    expect(rope.types().at(-1)).toBe('pause')
    expect(session.phase.value).toBe('paused')
  })

  test('one crash stops its own model and no other', async () => {
    const { session, rival, rope } = await started()
    rival.crash('out of memory')
    rope.say({ type: 'steps', losses: [3], milliseconds: 100 })
    const [ofRival, ofRope] = session.models.value
    expect(ofRival).toMatchObject({ phase: 'crashed', message: 'its worker failed: out of memory' })
    expect(ofRope).toMatchObject({ phase: 'training', losses: [3] })
    expect(session.phase.value).toBe('training')
    expect([rival.isGone, rope.isGone]).toEqual([true, false])
    rope.say({ type: 'done' })
    expect(session.phase.value).toBe('over')
    expect(rope.isGone).toBe(true)
  })

  test('a reset ends the workers, and what they still say is not heard', async () => {
    const { session, rope, rival } = await started()
    session.reset()
    expect([rival.isGone, rope.isGone, session.phase.value]).toEqual([true, true, 'idle'])
    rope.say({ type: 'steps', losses: [3], milliseconds: 100 })
    expect(session.models.value.map(({ losses }) => losses)).toEqual([[], []])
  })

  test('says why it could not begin, and can be started again', async () => {
    let isDown = true
    const fetchText = async (): Promise<typeof TEXT> => {
      if (isDown) throw new Error('HTTP 404')
      return TEXT
    }
    const { session, workers } = open({ fetchText })
    await session.start(WISH)
    expect([session.phase.value, session.failure.value]).toEqual(['idle', 'HTTP 404'])
    expect(workers.every(({ isGone }) => isGone)).toBe(true)
    isDown = false
    await session.start(WISH)
    expect([session.phase.value, session.failure.value]).toEqual(['loading', null])
  })

  test('is not started twice, and a rival is chosen before the start alone', async () => {
    const { session, workers } = open()
    session.choose('none')
    expect(session.models.value.map(({ positions }) => positions)).toEqual(['none', 'rope'])
    await session.start({ rival: 'none', device: 'wasm' })
    await session.start(WISH)
    session.choose('learned')
    expect(workers).toHaveLength(2)
    expect(session.models.value[0]?.positions).toBe('none')
  })
})

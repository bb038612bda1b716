/**
 * A training of two models side by side, each in a worker of its own: started, paused, reset. A worker
 * that crashes ends its own model and no other.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { PositionName } from '../../model/options.js'
import type { Recipe } from '../../runs/recipe.js'
import type { TrainingDevice } from '../../training/trainer.js'
import type { LearnerReport, LearnerRequest, SentenceText } from './messages.js'
import { follow, idleModel, type ModelEvent, type ModelState } from './model-state.js'
import type { Visibility } from './visibility.js'

/** Where a training stands. */
export type Phase = 'idle' | 'loading' | 'training' | 'paused' | 'over'

/** What a person may choose before the start. */
export interface Wish {
  /** What RoPE is compared with. */
  readonly rival: PositionName
  readonly device: TrainingDevice
}

/** The part of a worker that is used. */
export interface LearnerWorker {
  postMessage(request: LearnerRequest): void
  terminate(): void
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: LearnerReport }) => void,
  ): void
  addEventListener(type: 'error', listener: (event: WorkerFailure) => void): void
}

/** The part of an error event that is used. */
export interface WorkerFailure {
  readonly message: string
  preventDefault(): void
}

/** What a session sees of the page around it. */
export interface SessionWorld {
  readonly recipe: Recipe
  readonly seed: number
  readonly startWorker: () => LearnerWorker
  /** Fetches the compressed addresses. */
  readonly fetchText: () => Promise<Uint8Array<ArrayBuffer>>
  readonly visibility: Visibility
}

/** A training. */
export interface Session {
  readonly phase: ReadonlySignal<Phase>
  /** Whether it waits because nobody sees the page. */
  readonly isHidden: ReadonlySignal<boolean>
  /** The rival, then RoPE. */
  readonly models: ReadonlySignal<readonly ModelState[]>
  /** Sentences with gaps; none before they are loaded. */
  readonly sentences: ReadonlySignal<readonly SentenceText[]>
  /** Why nothing could begin. */
  readonly failure: ReadonlySignal<string | null>
  /** Shows the models of another wish; while some train, nothing changes. */
  choose(rival: PositionName): void
  start(wish: Wish): Promise<void>
  pause(): void
  resume(): void
  /** Forgets everything. */
  reset(): void
}

/** After these a worker has nothing more to do. */
const LAST: readonly ModelEvent['type'][] = ['done', 'failed', 'crashed']

/** A session that has not begun. */
export function createSession(world: SessionWorld, rival: PositionName): Session {
  const models: Signal<readonly ModelState[]> = signal(pairOf(rival))
  const sentences: Signal<readonly SentenceText[]> = signal([])
  const failure: Signal<string | null> = signal(null)
  const isBegun = signal(false)
  const isPaused = signal(false)
  const isHidden = signal(world.visibility.isHidden())
  let workers: readonly LearnerWorker[] = []

  const phase = computed((): Phase => {
    if (!isBegun.value) return 'idle'
    const phases = models.value.map((model) => model.phase)
    if (phases.every((one) => one === 'done' || one === 'crashed')) return 'over'
    if (isPaused.value) return 'paused'
    return phases.every((one) => one !== 'training') ? 'loading' : 'training'
  })
  const happen = (i: number, event: ModelEvent): void => {
    batch(() => {
      models.value = models.value.map((model, at) => (at === i ? follow(model, event) : model))
      if (event.type === 'ready') sentences.value = event.sentences
    })
  }
  const send = (request: LearnerRequest): void => {
    for (const worker of workers) worker.postMessage(request)
  }
  const obey = (): void => {
    send({ type: isPaused.value || isHidden.value ? 'pause' : 'resume' })
  }
  const forget = (): void => {
    for (const worker of workers) worker.terminate()
    workers = []
    batch(() => {
      isBegun.value = false
      isPaused.value = false
      models.value = pairOf(models.value[0]?.positions ?? rival)
    })
  }
  world.visibility.watch(() => {
    isHidden.value = world.visibility.isHidden()
    obey()
  })

  /** A worker, whose events count for as long as it is one of the session's. */
  const startWorker = (i: number): LearnerWorker => {
    const worker = world.startWorker()
    const listen = (event: ModelEvent): void => {
      if (!workers.includes(worker)) return
      happen(i, event)
      if (LAST.includes(event.type)) worker.terminate()
    }
    worker.addEventListener('message', ({ data }) => listen(data))
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      const message = `its worker failed: ${event.message || 'its script cannot be loaded'}`
      listen({ type: 'crashed', message })
    })
    return worker
  }

  return {
    ...{ phase, isHidden, models, sentences, failure },
    choose(chosen) {
      if (!isBegun.value) models.value = pairOf(chosen)
    },
    async start({ rival: chosen, device }) {
      if (isBegun.value && phase.value !== 'over') return
      forget()
      batch(() => {
        failure.value = null
        isBegun.value = true
        models.value = pairOf(chosen).map((model) => ({ ...model, phase: 'loading' }))
      })
      const loading = models.value.map((_, i) => startWorker(i))
      workers = loading
      try {
        const text = await world.fetchText()
        // Somebody may have pressed reset meanwhile.
        if (workers !== loading) return
        const { recipe, seed } = world
        loading.forEach((worker, i) => {
          const { positions } = models.value[i] as ModelState
          worker.postMessage({ type: 'start', job: { recipe, positions, seed, device, text } })
        })
        obey()
      } catch (error) {
        if (workers !== loading) return
        forget()
        failure.value = error instanceof Error ? error.message : String(error)
      }
    },
    pause() {
      isPaused.value = true
      obey()
    },
    resume() {
      isPaused.value = false
      obey()
    },
    reset: forget,
  }
}

function pairOf(rival: PositionName): readonly ModelState[] {
  return [idleModel(rival), idleModel('rope')]
}

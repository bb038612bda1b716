/**
 * The worker's side of one model: trains it step by step, as a run in the terminal does, and reports.
 * Between two steps it hears what the page asks.
 */
import type { ModelOptions } from '../../model/options.js'
import { firstWeights } from '../../model/parameters.js'
import { VariantRun } from '../../runs/variant-run.js'
import { encodeAddresses } from '../../text/encode-addresses.js'
import { unpackTexts } from '../../text/packed-texts.js'
import { splitAddresses } from '../../text/split-addresses.js'
import {
  type AsyncTrainer,
  createAsyncTrainer,
  createTrainer,
  prepareDevice,
  type Trainer,
  type TrainingDevice,
} from '../../training/trainer.js'
import type { LearnerJob, LearnerReport, LearnerRequest } from './messages.js'
import { createObserver, type Observe } from './observer.js'
import { READ_EVERY } from './reading.js'
import { maskedSentences, showToken } from './sentences.js'

/** Losses are reported together when so many milliseconds have passed. */
const REPORT_EVERY = 200

/** What a learner sees of the worker around it. */
export interface LearnerWorld {
  /** The parsed file of the vocabulary. */
  readonly vocabulary: unknown
  readonly post: (report: LearnerReport) => void
  /** Milliseconds that only grow. */
  readonly now: () => number
}

/** Everything that a started job has. */
interface Started {
  readonly job: LearnerJob
  readonly trainer: Trainer | AsyncTrainer
  readonly run: VariantRun
  readonly observe: Observe
}

/** One model, from its start to its end. */
export class Learner {
  readonly #world: LearnerWorld
  #isPaused = false
  #wake: () => void = () => undefined
  #losses: number[] = []
  #milliseconds = 0

  constructor(world: LearnerWorld) {
    this.#world = world
  }

  /** Does what is asked; a start resolves when the training is over. Never rejects. */
  async handle(request: LearnerRequest): Promise<void> {
    if (request.type === 'start') return await this.#learn(request.job)
    this.#isPaused = request.type === 'pause'
    if (!this.#isPaused) this.#wake()
  }

  async #learn(job: LearnerJob): Promise<void> {
    try {
      await this.#train(await this.#start(job))
      this.#world.post({ type: 'done' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#world.post({ type: 'failed', message })
    }
  }

  async #start(job: LearnerJob): Promise<Started> {
    const { recipe, positions, seed, text } = job
    const addresses = splitAddresses(await unpackTexts(text))
    const corpus = encodeAddresses(recipe.alphabet, this.#world.vocabulary, addresses)
    const { tokenizer } = corpus
    const sentences = maskedSentences(corpus, recipe.alphabet, recipe.model.tokens)
    const options: ModelOptions = { ...recipe.model, positions, vocabulary: tokenizer.size }
    const observe = await createObserver(options, sentences, (token) =>
      showToken(token, tokenizer, recipe.alphabet),
    )
    const device = await prepareEither(job.device)
    const create = device === 'webgpu' ? createAsyncTrainer : createTrainer
    const trainer = create(options, firstWeights(options, seed))
    const run = new VariantRun(recipe, seed, trainer, corpus)
    this.#world.post({ type: 'ready', device, sentences: sentences.map((one) => one.text) })
    return { job, trainer, run, observe }
  }

  async #train(started: Started): Promise<void> {
    const { job, run, trainer } = started
    const { steps, measureEvery } = job.recipe
    await this.#read(started)
    while (run.steps < steps) {
      await this.#breathe()
      await this.#step(run)
      const isLast = run.steps === steps
      const isMeasured = run.steps % measureEvery === 0 || isLast
      const isRead = run.steps % READ_EVERY === 0 || isLast
      if (isMeasured || isRead || this.#milliseconds >= REPORT_EVERY) this.#report()
      if (isMeasured) this.#world.post({ type: 'heldOut', heldOut: await run.measure() })
      if (isRead) await this.#read(started)
    }
    trainer.dispose()
  }

  async #step(run: VariantRun): Promise<void> {
    const started = this.#world.now()
    const { loss } = await run.step()
    this.#losses.push(loss)
    this.#milliseconds += this.#world.now() - started
  }

  #report(): void {
    const [losses, milliseconds] = [this.#losses, this.#milliseconds]
    if (losses.length === 0) return
    this.#losses = []
    this.#milliseconds = 0
    this.#world.post({ type: 'steps', losses, milliseconds })
  }

  async #read({ observe, trainer, run }: Started): Promise<void> {
    const readings = observe(await trainer.weights())
    this.#world.post({ type: 'snapshot', snapshot: { step: run.steps, readings } })
  }

  /** Hears the messages that wait; while paused, waits for more. */
  async #breathe(): Promise<void> {
    await nextTask()
    while (this.#isPaused) {
      this.#report()
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** The wanted device, or WebAssembly where there is none. */
async function prepareEither(wanted: TrainingDevice): Promise<TrainingDevice> {
  if (await prepareDevice(wanted)) return wanted
  await prepareDevice('wasm')
  return 'wasm'
}

/** A message to oneself comes back without the least delay of 4 ms that a timer has. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}

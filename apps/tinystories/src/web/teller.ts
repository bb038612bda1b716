/**
 * The worker's side of the page: loads the model, says which backends can run, tells stories and
 * stops them. It sees the worker only through what it is given, so that tests run it in Node.
 */

import { RopeError } from '@rope/core'
import type { Probe } from '@rope/core/backend'
import { type ModelFiles, type ReadFile, readExpectedTexts, readModel } from '../model-files.js'
import { prepareStory } from '../story.js'
import type { BackendChoice, OpenRope } from './backend-choice.js'
import { createBreather } from './breathe.js'
import type { ModelSummary, Report, Request, Wish } from './messages.js'

/** The outside world of a teller. */
export interface TellerWorld {
  readonly read: ReadFile
  readonly choices: readonly BackendChoice[]
  readonly post: (report: Report) => void
  /** How long a choice may take to say whether it can run, in milliseconds. */
  readonly probeLimit?: number
}

/** Longer than any driver that still works takes to answer. */
const PROBE_LIMIT = 10_000

/** Tells stories, one at a time. */
export class Teller {
  readonly #world: TellerWorld
  #files: ModelFiles | undefined
  #stop: AbortController | undefined

  constructor(world: TellerWorld) {
    this.#world = world
  }

  /** Lists the choices, loads the model and probes each choice; reports all as soon as known. */
  async start(): Promise<void> {
    const { choices, post } = this.#world
    post({
      type: 'choices',
      choices: choices.map(({ name, description }) => ({ name, description })),
    })
    await Promise.all([this.#load(), ...choices.map((choice) => this.#probe(choice))])
  }

  /** Does what the page asks for; resolves when it is done. */
  async handle(request: Request): Promise<void> {
    if (request.type === 'stop') this.#stop?.abort()
    else await this.#tell(request.wish)
  }

  async #load(): Promise<void> {
    const { read, post } = this.#world
    try {
      const [files, expected] = await Promise.all([readModel(read), readExpectedTexts(read)])
      this.#files = files
      post({ type: 'model', model: summaryOf(files), expected })
    } catch (error) {
      post({ type: 'broken', message: messageOf(error) })
    }
  }

  async #probe(choice: BackendChoice): Promise<void> {
    const { post, probeLimit = PROBE_LIMIT } = this.#world
    const probe = await answerWithin(probeLimit, choice.probe())
    post({ type: 'backend', name: choice.name, probe, explanation: choice.explain(probe) })
  }

  async #tell(wish: Wish): Promise<void> {
    const { post } = this.#world
    const stop = new AbortController()
    this.#stop = stop
    let opened: OpenRope | undefined
    try {
      const files = this.#loadedFiles()
      opened = await this.#choice(wish.backend).open(files.ropeConfig('half'))
      await this.#tellWith(files, opened, wish, stop.signal)
    } catch (error) {
      const field = RopeError.isInstance(error) ? (error.field ?? null) : null
      post({ type: 'failed', message: messageOf(error), field })
    } finally {
      opened?.close()
    }
  }

  async #tellWith(
    files: ModelFiles,
    { rope, explain }: OpenRope,
    { prompt, tokens }: Wish,
    signal: AbortSignal,
  ): Promise<void> {
    const { post } = this.#world
    const story = prepareStory(files, { rope, pairing: 'half', prompt, tokens })
    post({ type: 'started', rotation: await explain() })
    const breathe = createBreather()
    const time = await story.tell((text, soFar) => {
      post({ type: 'text', text, time: soFar })
      return breathe()
    }, signal)
    post({ type: 'ended', stopped: signal.aborted, time, rotation: await explain() })
  }

  #loadedFiles(): ModelFiles {
    if (this.#files !== undefined) return this.#files
    throw new RopeError('INVALID_FILE', 'the model is not loaded yet; wait for it, then try again')
  }

  #choice(name: string): BackendChoice {
    const { choices } = this.#world
    const choice = choices.find((candidate) => candidate.name === name)
    if (choice !== undefined) return choice
    const known = choices.map((candidate) => candidate.name).join(', ')
    throw new RopeError('UNAVAILABLE', `backend ${name} is unknown; accepted: ${known}`, {
      field: 'backend',
    })
  }
}

function summaryOf({ config, parameters }: ModelFiles): ModelSummary {
  const { layers, queryHeads, keyHeads, headDim, contextLength } = config
  return { parameters, layers, queryHeads, keyHeads, headDim, contextLength }
}

function answerWithin(limit: number, probe: Promise<Probe>): Promise<Probe> {
  const reason = `it did not answer within ${limit / 1000} s; reload the page to try again`
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<Probe>((resolve) => {
    timer = setTimeout(() => resolve({ available: false, reason, facts: {} }), limit)
  })
  return Promise.race([probe, silence]).finally(() => clearTimeout(timer))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

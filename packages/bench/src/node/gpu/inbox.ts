/**
 * The messages of a page on their way to the listeners, until one of them ends it all or none comes
 * any more.
 */
import { RopeError, type RopeErrorCode } from '@rope/core'
import type { PageMessage } from '../../gpu/page.js'
import type { BenchResult, GroupRecord } from '../../result.js'
import type { RunProgress } from '../../run.js'

/** Who is told what happens. */
export interface Listeners {
  onProgress?(progress: RunProgress): void
  onGroup?(group: GroupRecord): void
}

/** An inbox for one run. */
export class Inbox {
  /** What the run found out; rejects with the error that ended it. */
  readonly result: Promise<BenchResult>
  readonly #listeners: Listeners
  readonly #patience: number
  #resolve: (result: BenchResult) => void = () => undefined
  #reject: (error: RopeError) => void = () => undefined
  #timer: NodeJS.Timeout | undefined

  /** @param patience milliseconds without a message after which the page is given up */
  constructor(listeners: Listeners, patience: number) {
    this.#listeners = listeners
    this.#patience = patience
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever waits for it hears of it; nobody else has to.
    this.result.catch(() => undefined)
    this.#wait()
  }

  #wait(): void {
    clearTimeout(this.#timer)
    const reason = `the page said nothing for ${this.#patience / 1000} s`
    this.#timer = setTimeout(() => this.fail(reason), this.#patience)
  }

  /** Takes a message of the page. */
  take(message: PageMessage): void {
    this.#wait()
    if (message.kind === 'progress') this.#listeners.onProgress?.(message.data as RunProgress)
    if (message.kind === 'group') this.#listeners.onGroup?.(message.data as GroupRecord)
    if (message.kind === 'result') {
      clearTimeout(this.#timer)
      this.#resolve(message.data as BenchResult)
    }
    if (message.kind === 'error') {
      this.fail(message.message, (message.code ?? 'BACKEND_FAILED') as RopeErrorCode)
    }
  }

  /** Ends the run with an error. */
  fail(reason: string, code: RopeErrorCode = 'BACKEND_FAILED'): void {
    clearTimeout(this.#timer)
    this.#reject(new RopeError(code, reason))
  }
}

/**
 * The messages of a page on their way to the listeners, until one of them ends it all or none comes
 * any more.
 */
import { RopeError, type RopeErrorCode } from '@rope/core'
import type { PageMessage } from '../../gpu/page.js'
import { tell } from '../../readers.js'
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
  #reject: (error: unknown) => void = () => undefined
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
    if (message.kind === 'progress' || message.kind === 'group') this.#tell(message)
    if (message.kind === 'result') {
      clearTimeout(this.#timer)
      this.#resolve(message.data as BenchResult)
    }
    if (message.kind === 'error') {
      this.fail(message.message, (message.code ?? 'BACKEND_FAILED') as RopeErrorCode)
    }
  }

  /** A listener that throws ends the run. */
  #tell({ kind, data }: Extract<PageMessage, { readonly data: unknown }>): void {
    const { onProgress, onGroup } = this.#listeners
    try {
      if (kind === 'progress') tell(onProgress, 'onProgress', data as RunProgress)
      else tell(onGroup, 'onGroup', data as GroupRecord)
    } catch (error) {
      clearTimeout(this.#timer)
      this.#reject(error)
    }
  }

  /** Ends the run with an error. */
  fail(reason: string, code: RopeErrorCode = 'BACKEND_FAILED'): void {
    clearTimeout(this.#timer)
    this.#reject(new RopeError(code, reason))
  }
}

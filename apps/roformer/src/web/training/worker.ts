/**
 * The worker in which one model trains, so that the page stays responsive and the other model has a
 * core of its own.
 */
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import vocabulary from '../../../data/vocabulary.json' with { type: 'json' }
import { Learner } from './learner.js'
import type { LearnerReport, LearnerRequest } from './messages.js'

/** The part of a worker's global scope that is used; the DOM's declarations describe a window. */
interface WorkerScope {
  postMessage(report: LearnerReport): void
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: LearnerRequest }) => void,
  ): void
}

const scope = globalThis as unknown as WorkerScope
const learner = new Learner({
  vocabulary,
  post: (report) => scope.postMessage(report),
  now: () => performance.now(),
})

scope.addEventListener('message', ({ data }) => void learner.handle(data))

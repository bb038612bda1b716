/**
 * The worker in which the model runs, so that the page stays responsive.
 */
import { CHOICES } from './choices.js'
import type { Report, Request } from './messages.js'
import { fetchModelFile } from './model-assets.js'
import { Teller } from './teller.js'

/** The part of a worker's global scope that is used; the DOM's declarations describe a window. */
interface WorkerScope {
  postMessage(report: Report): void
  addEventListener(type: 'message', listener: (event: { readonly data: Request }) => void): void
}

const scope = globalThis as unknown as WorkerScope
const teller = new Teller({
  read: fetchModelFile,
  choices: CHOICES,
  post: (report) => scope.postMessage(report),
})

scope.addEventListener('message', ({ data }) => void teller.handle(data))
void teller.start()

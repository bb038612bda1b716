/**
 * The page: joins the worker, the state and the view. The view follows each event at once, except
 * for the pieces of a story, which come faster than frames and are shown once per frame.
 */
import type { Report, Request } from './messages.js'
import { canStart, INITIAL_STATE, isBusy, type PageEvent, reduce } from './state.js'
import { View } from './view.js'

/** How long a worker may take to stop before it is replaced, in milliseconds. */
const STOP_LIMIT = 2000

let state = INITIAL_STATE
let isFramePending = false
let stopTimer: ReturnType<typeof setTimeout> | undefined
let worker = startWorker()

const view = new View({
  onSubmit: ({ prompt, tokens }) => {
    if (!canStart(state) || state.selected === null) return
    const wish = { prompt, tokens, backend: state.selected }
    happen({ type: 'submit', wish })
    send({ type: 'tell', wish })
  },
  onStop: () => {
    if (!isBusy(state) || state.phase === 'stopping') return
    happen({ type: 'stop' })
    send({ type: 'stop' })
    replaceUnlessStopped()
  },
  onSelect: (name) => happen({ type: 'select', name }),
})
view.show(state)

function happen(event: PageEvent): void {
  state = reduce(state, event)
  if (state.phase !== 'stopping') clearTimeout(stopTimer)
  if (event.type !== 'text') view.show(state)
  else if (!isFramePending) showNextFrame()
}

function showNextFrame(): void {
  isFramePending = true
  requestAnimationFrame(() => {
    isFramePending = false
    view.show(state)
  })
}

function send(request: Request): void {
  worker.postMessage(request)
}

function startWorker(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  made.addEventListener('message', ({ data }: MessageEvent<Report>) => happen(data))
  made.addEventListener('error', (event) => {
    event.preventDefault()
    const reason = event.message || 'its script cannot be loaded'
    happen({
      type: 'crashed',
      message: `the worker failed: ${reason}; reload the page`,
      restarted: false,
    })
  })
  return made
}

/** A backend that never answers cannot be stopped from inside. */
function replaceUnlessStopped(): void {
  stopTimer = setTimeout(() => {
    worker.terminate()
    worker = startWorker()
    const message = 'the backend did not stop; everything was started anew'
    happen({ type: 'crashed', message, restarted: true })
  }, STOP_LIMIT)
}

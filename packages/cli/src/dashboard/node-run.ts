/**
 * A run in a child process, as a stream of lines. Whoever stops reading ends the child; a child
 * that dies, or is killed, becomes the last line.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NodeRunMessage, NodeRunRequest } from './run-messages.js'

/** Starts the child process of a run. */
export type StartChild = () => ChildProcess

/** The built program of the child, beside the one that runs now. */
export function forkRun(): ChildProcess {
  return fork(fileURLToPath(new URL('./dashboard-run.js', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'json',
  })
}

/** What the server may know of a run. */
export interface NodeRun {
  readonly stream: ReadableStream<Uint8Array>
  /** Resolves when the child is gone. */
  readonly end: Promise<void>
}

/** Starts a run. */
export function startNodeRun(request: NodeRunRequest, start: StartChild): NodeRun {
  const child = start()
  let isOver = false
  let close: (last?: NodeRunMessage) => void = () => undefined
  const end = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      close(isOver ? undefined : { type: 'failed', message: deathText(code, signal) })
      resolve()
    })
    child.once('error', ({ message }) => {
      close({ type: 'failed', message: `the process of the run cannot be started: ${message}` })
      resolve()
    })
  })
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder()
      const write = (message: NodeRunMessage): void =>
        controller.enqueue(encoder.encode(`${JSON.stringify(message)}\n`))
      let isClosed = false
      close = (last) => {
        if (isClosed) return
        isClosed = true
        if (last !== undefined) write(last)
        controller.close()
      }
      child.on('message', (message: NodeRunMessage) => {
        if (isClosed) return
        isOver = message.type === 'done' || message.type === 'failed'
        write(message)
      })
      child.send(request)
    },
    cancel() {
      close = () => undefined
      child.kill('SIGKILL')
    },
  })
  return { stream, end }
}

function deathText(code: number | null, signal: NodeJS.Signals | null): string {
  const how = signal === null ? `with exit code ${code}` : `by the signal ${signal}`
  return `the process of the run ended ${how} before it was done`
}

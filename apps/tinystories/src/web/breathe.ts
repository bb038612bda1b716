/**
 * Pauses of a worker that computes without end: between two of them it sees no message, and so
 * could not be stopped.
 */

/** The longest time between two pauses, in milliseconds: about a frame. */
const INTERVAL = 16

/**
 * Makes a function to call often: when a pause is due, it resolves after the messages that wait
 * have been handled, and otherwise it returns at once.
 */
export function createBreather(interval: number = INTERVAL): () => Promise<void> | undefined {
  let last = performance.now()
  return () => {
    if (performance.now() - last < interval) return undefined
    return nextTask().then(() => {
      last = performance.now()
    })
  }
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

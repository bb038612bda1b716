/**
 * The child process of a run in Node: one request in, progress and results out. A backend that
 * brings the process down takes this one with it, and neither the server nor the page.
 */
import { BACKENDS, findBackend } from '@rope/auto/backends'
import { runBench } from '@rope/bench'
import { caseOf } from '@rope/bench/matrix'
import { describeMachine, installedVersions, NODE_PEERS } from '@rope/bench/node'
import { SUITE_VERSION } from '@rope/core/conformance'
import { type NodeRunMessage, readRunRequest } from './run-messages.js'

/** Sends a message to the server; resolves when it is on its way. */
function send(message: NodeRunMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => resolve())
  })
}

async function runAll(value: unknown): Promise<void> {
  const { cases, backends: names, peers } = readRunRequest(value)
  const backends = names.map((name) => findBackend(BACKENDS, name))
  const packages = ['@rope/core', ...backends.map(({ packageName }) => packageName)]
  for (const [done, id] of cases.entries()) {
    await send({ type: 'progress', done, total: cases.length, title: id })
    const result = await runBench({
      mode: 'quick',
      backends,
      cases: [caseOf(id)],
      peers: peers ? NODE_PEERS : [],
      machine: describeMachine(),
      packages: installedVersions(packages),
      suiteVersion: SUITE_VERSION,
    })
    await send({ type: 'result', result })
  }
}

process.once('message', async (value) => {
  try {
    await runAll(value)
    await send({ type: 'done' })
  } catch (error) {
    await send({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
  process.disconnect()
})
// The server is gone: nobody waits for this any more.
process.once('disconnect', () => process.exit())

/** Runs in Node: what is asked is checked, what the child says is streamed, and its death is no end. */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StartChild } from '../../src/dashboard/node-run.js'
import { createRuns } from '../../src/dashboard/runs.js'
import { temporaryFolder } from '../helpers.js'

const CASE = 'llama-3-8b/1/float32/half/bshd/in-place'
const REQUEST = { cases: [CASE], backends: ['js'], peers: false }

/** A child that does what a script says with the request `run`. */
function child(script: string): StartChild {
  const file = join(temporaryFolder(), 'child.mjs')
  writeFileSync(file, `process.once('message', async (run) => {\n${script}\n})`)
  return () => fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

const ECHO = `
  process.send({ type: 'progress', done: 0, total: 1, title: run.cases[0] })
  process.send({ type: 'done' }, () => process.disconnect())`

function post(
  app: ReturnType<typeof createRuns>,
  body: unknown,
  type = 'application/json',
): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': type } }
  return Promise.resolve(app.request('http://127.0.0.1/runs', init))
}

async function linesOf(response: Response): Promise<readonly unknown[]> {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  return (await response.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown)
}

describe('runs in Node', () => {
  test('says that it can', async () => {
    const response = await createRuns(child(ECHO)).request('http://127.0.0.1/node')
    expect(await response.json()).toEqual({ node: process.versions.node, isRunning: false })
  })

  test('streams what the child says, and takes the next run', async () => {
    const app = createRuns(child(ECHO))
    for (let run = 0; run < 2; run++) {
      expect(await linesOf(await post(app, REQUEST))).toEqual([
        { type: 'progress', done: 0, total: 1, title: CASE },
        { type: 'done' },
      ])
    }
  })

  test.each([
    ['is killed', 'process.kill(process.pid, "SIGKILL")', /by the signal SIGKILL/],
    ['crashes', 'process.exit(7)', /with exit code 7/],
  ])('a child that %s is the last line, and the next run works', async (_, script, words) => {
    let isFirst = true
    const [dying, living] = [child(script), child(ECHO)]
    const app = createRuns(() => {
      const start = isFirst ? dying : living
      isFirst = false
      return start()
    })
    const [last] = await linesOf(await post(app, REQUEST))
    expect(last).toEqual({ type: 'failed', message: expect.stringMatching(words) })
    expect(await linesOf(await post(app, REQUEST))).toHaveLength(2)
  })

  test('one at a time; who stops reading ends the child', async () => {
    const app = createRuns(child('setInterval(() => process.send({ type: "progress" }), 5)'))
    const first = await post(app, REQUEST)
    const second = await post(app, REQUEST)
    expect([second.status, await second.json()]).toEqual([
      409,
      { message: 'another run is going on in Node' },
    ])
    await first.body?.cancel()
    await expect
      .poll(async () => (await app.request('http://127.0.0.1/node')).text(), { timeout: 30_000 })
      .toContain('"isRunning":false')
  })

  test.each([
    [null, 'run'],
    [{ ...REQUEST, cases: [] }, 'cases'],
    [{ ...REQUEST, cases: ['x'] }, 'model'],
    [{ ...REQUEST, cases: Array(201).fill(CASE) }, 'cases'],
    [{ ...REQUEST, backends: ['cuda'] }, 'unknown backend'],
    [{ ...REQUEST, peers: 1 }, 'peers'],
    [{ ...REQUEST, command: 'ls' }, 'command'],
  ])('%j is refused', async (body, words) => {
    const response = await post(createRuns(child(ECHO)), body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { message: string }).message).toContain(words)
  })

  test('what is no JSON by its type, or too large, is refused before it is read', async () => {
    const app = createRuns(child(ECHO))
    expect((await post(app, REQUEST, 'text/plain')).status).toBe(415)
    expect((await post(app, { ...REQUEST, cases: ['x'.repeat(70_000)] })).status).toBe(413)
  })
})

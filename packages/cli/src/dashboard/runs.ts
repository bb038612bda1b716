/**
 * The part of the server that runs benchmarks in Node: says that it can, and runs one at a time.
 * It keeps nothing: what was measured goes to the page.
 */
import { RopeError } from '@rope/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { type StartChild, startNodeRun } from './node-run.js'
import { readRunRequest } from './run-messages.js'

/** More bytes than a request has. */
const LARGEST_REQUEST = 64 * 1024

/** Makes the routes below `/api`. */
export function createRuns(start: StartChild): Hono {
  let isRunning = false
  const app = new Hono()
  app.get('/node', (context) => context.json({ node: process.versions.node, isRunning }))
  app.post('/runs', bodyLimit({ maxSize: LARGEST_REQUEST }), async (context) => {
    // A form of another site cannot send this type without asking first.
    if (context.req.header('content-type') !== 'application/json') {
      return context.json({ message: 'the request must be application/json' }, 415)
    }
    if (isRunning) return context.json({ message: 'another run is going on in Node' }, 409)
    const request = readRunRequest(await context.req.json().catch(() => null))
    isRunning = true
    const { stream, end } = startNodeRun(request, start)
    void end.then(() => {
      isRunning = false
    })
    return new Response(stream, { headers: { 'content-type': 'application/x-ndjson' } })
  })
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (RopeError.isInstance(error)) return context.json({ message: error.message }, 400)
    return context.json({ message: 'the server failed' }, 500)
  })
  return app
}

/**
 * The server of the dashboard as a function from requests to responses: the built page, with the
 * headers that isolate it and say what it may load, and runs in Node.
 */
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { guard } from './guard.js'
import type { StartChild } from './node-run.js'
import { createRuns } from './runs.js'

const SELF = "'self'"

/** What the page may load and run: its own files. Threads of the wasm backend start from a blob. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: [SELF, "'wasm-unsafe-eval'"],
  styleSrc: [SELF],
  imgSrc: [SELF, 'blob:', 'data:'],
  connectSrc: [SELF],
  workerSrc: [SELF, 'blob:'],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
}

/** What the server is made of. */
export interface AppOptions {
  /** The absolute path of the built page's folder. */
  readonly folder: string
  /** Starts the child process of a run in Node. */
  readonly startChild: StartChild
  /** The port that it listens on, once it does. */
  port(): number
}

/** Makes the server's app. */
export function createApp({ folder, startChild, port }: AppOptions): Hono {
  const app = new Hono()
  app.use(guard(port))
  app.use(
    secureHeaders({
      contentSecurityPolicy: POLICY,
      crossOriginEmbedderPolicy: 'require-corp',
      crossOriginOpenerPolicy: 'same-origin',
      crossOriginResourcePolicy: 'same-origin',
      // Plain HTTP on this machine: there is nothing to be strict about.
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
    }),
  )
  app.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
  })
  app.route('/api', createRuns(startChild))
  app.get('/*', serveStatic({ root: folder }))
  return app
}

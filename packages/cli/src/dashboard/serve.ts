/**
 * The server of the dashboard on this machine's loopback address.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { RopeError } from '@rope/core'
import { createApp } from './app.js'
import { forkRun, type StartChild } from './node-run.js'

/** Nobody but this machine can reach it. */
const ADDRESS = '127.0.0.1'

/** A server that listens. */
export interface DashboardServer {
  /** Such as `http://127.0.0.1:4757/`. */
  readonly url: string
  /** Ends it, and every connection with it. */
  close(): Promise<void>
}

/**
 * Serves the page in `folder`.
 *
 * @param startChild starts the process of a run in Node
 * @param port 0 for any that is free
 * @throws RopeError UNAVAILABLE when the port is taken
 */
export async function serveDashboard(
  folder: string,
  port: number,
  startChild: StartChild = forkRun,
): Promise<DashboardServer> {
  let bound = port
  const app = createApp({ folder, startChild, port: () => bound })
  const server = serve({ fetch: app.fetch, port, hostname: ADDRESS }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, port)))
  })
  bound = (server.address() as AddressInfo).port
  return { url: `http://${ADDRESS}:${bound}/`, close: () => close(server) }
}

function refusal(error: NodeJS.ErrnoException, port: number): RopeError {
  const reason =
    error.code === 'EADDRINUSE'
      ? `port ${port} is taken, perhaps by another dashboard; choose one with --port, or 0 for any that is free`
      : `the server cannot listen on port ${port}: ${error.message}`
  return new RopeError('UNAVAILABLE', reason, { field: '--port', cause: error })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/**
 * The two places where this page can measure: a worker of this browser, and Node behind its server.
 */
import { startJob } from '../jobs/job.js'
import type { Place } from './bench.js'
import { startNodeJob } from './node-job.js'
import { startBenchWorker } from './start-worker.js'

/** A worker of this browser. */
export const IN_BROWSER: Place = {
  start: (request, onReport) => startJob(startBenchWorker(), request, onReport),
  needsSight: true,
}

/** Node on this machine, with the libraries of others if they are wanted. */
export function inNode(peers: boolean): Place {
  return {
    start: (request, onReport) => startNodeJob(request, peers, onReport),
    needsSight: false,
  }
}

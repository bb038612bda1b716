/**
 * The page: makes what it knows and shows it.
 */
import { render } from 'preact'
import { App } from './app/app.js'
import { createBench } from './bench/bench.js'
import { startBenchWorker } from './bench/start-worker.js'
import { createConformance } from './conformance/conformance.js'
import { startConformanceWorker } from './conformance/start-worker.js'
import { lookAtDevice } from './device/device.js'
import { startDeviceWorker } from './device/start-worker.js'

const root = document.getElementById('app')
if (root === null) throw new Error('the page has no element with the id app')
root.replaceChildren()
render(
  <App
    device={lookAtDevice(startDeviceWorker)}
    conformance={createConformance(startConformanceWorker)}
    bench={createBench(startBenchWorker)}
  />,
  root,
)

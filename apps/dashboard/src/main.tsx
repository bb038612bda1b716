/**
 * The page: makes what it knows and shows it.
 */
import { signal } from '@preact/signals'
import { render } from 'preact'
import { App } from './app/app.js'
import { createAuto } from './auto/auto.js'
import { startAutoWorker } from './auto/start-worker.js'
import { createBench } from './bench/bench.js'
import { createFormState } from './bench/form-state.js'
import { nodeVersion } from './bench/node-job.js'
import { PAGE_VISIBILITY } from './bench/visibility.js'
import { createConformance } from './conformance/conformance.js'
import { startConformanceWorker } from './conformance/start-worker.js'
import { lookAtDevice } from './device/device.js'
import { startDeviceWorker } from './device/start-worker.js'
import { createHistory } from './history/history.js'
import { indexedStore } from './history/indexed-store.js'

const root = document.getElementById('app')
if (root === null) throw new Error('the page has no element with the id app')
root.replaceChildren()
const node = signal<string | null>(null)
void nodeVersion().then((version) => {
  node.value = version
})
render(
  <App
    device={lookAtDevice(startDeviceWorker)}
    conformance={createConformance(startConformanceWorker)}
    history={createHistory(indexedStore())}
    node={node}
    bench={createBench(PAGE_VISIBILITY)}
    benchForm={createFormState()}
    auto={createAuto(startAutoWorker)}
  />,
  root,
)

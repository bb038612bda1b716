/**
 * Runs one group of the benchmark inside a worker and posts the result.
 */
import { BACKENDS, cpuBackends, portableBackends } from '@rope/auto/backends'
import { runBench } from '../../src/index.js'
import { SHORT } from '../settings.js'

const { clock: _, ...settings } = SHORT

const result = await runBench({
  mode: 'quick',
  backends: portableBackends(cpuBackends(BACKENDS)),
  filter: 'llama-3-8b/1/float32/half/bshd/in-place',
  settings,
})
globalThis.postMessage(result)

/**
 * Runs one group of the benchmark inside a worker and posts the result.
 */
import { PORTABLE_BACKENDS, runBench } from '../../src/index.js'
import { SHORT } from '../settings.js'

const { clock: _, ...settings } = SHORT

const result = await runBench({
  mode: 'quick',
  backends: PORTABLE_BACKENDS,
  filter: 'llama-3-8b/1/float32/half/bshd/in-place',
  settings,
})
globalThis.postMessage(result)

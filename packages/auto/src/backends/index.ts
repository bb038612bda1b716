/**
 * The backends of this project, and how to look at one. Named re-exports only.
 */
export { TimeLimitError, withLimit } from '../platform/timers.js'
export {
  type Absence,
  absenceText,
  type DetectedBackend,
  detectBackend,
  detectBackends,
  type OpenedBackend,
  openBackend,
  PROBE_LIMIT,
} from './detect.js'
export type { BackendEntry, BackendModule, CreateOptions } from './entry.js'
export { cpuBackends, findBackend, portableBackends } from './find.js'
export { BACKENDS } from './registry.js'

/**
 * The public surface of the JavaScript backend.
 */
export { createJsBackend, probeJs } from './backend.js'

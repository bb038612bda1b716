/**
 * Other libraries next to ours, where a program has loaded them itself: a page, say.
 */
export type { PeerEntry } from '../run.js'
export { createOnnxRuntimePeer, type OnnxRuntime } from './onnxruntime.js'
export { createTfjsPeer, type Tfjs } from './tfjs.js'

/**
 * Other libraries next to ours, where a program has loaded them itself: a page, say.
 */
export { createOnnxRuntimePeer, type OnnxRuntime } from './onnxruntime.js'
export type { PeerEntry } from './peer.js'
export { createTfjsPeer, type Tfjs } from './tfjs.js'

/**
 * Door `@rope/core/onnx`: the RotaryEmbedding operators of ONNX.
 */
export type {
  OnnxCaches,
  OnnxDomain,
  OnnxInput,
  OnnxOptions,
  OnnxRotary,
} from '../models/onnx/caches.js'
export { fromOnnx, ONNX_INPUTS, onnxInputs, toOnnx } from '../models/onnx/caches.js'

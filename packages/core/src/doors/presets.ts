/**
 * Door `@rope/core/presets`: ropes of published vision, video, audio and text models, and what stands beside a rope.
 */
export { musicFlamingoPositions, musicFlamingoRope } from '../presets/audio.js'
export type { AxialOptions } from '../presets/axial-options.js'
export type { DenseHead } from '../presets/dense.js'
export { denseRope, denseRopesByHead, headView } from '../presets/dense.js'
export type { PartialConvention, RotarySpan } from '../presets/partial-rotary.js'
export { PARTIAL_ROTARY, partialRotary } from '../presets/partial-rotary.js'
export type { Llama4Temperature, MinistralTemperature } from '../presets/query-temperature.js'
export { llama4Temperature, logNScale, ministralTemperature } from '../presets/query-temperature.js'
export { ernieAxes, ggmlInterleavedAxes, interleavedAxes } from '../presets/text.js'
export {
  axialRope,
  cogVideoXRope,
  cosmosRope,
  fluxRope,
  ltx2Rope,
  minimaxVisionRope,
  wanRope,
} from '../presets/video.js'
export type { VisionHead } from '../presets/vision.js'
export {
  dinov3Rope,
  gemma4VisionRopes,
  kimiVisionRope,
  llama4VisionRope,
  loftrRope,
  museVisionRope,
  pixelRope,
  pixtralVisionRope,
  qwen2VisionRope,
  sam2Rope,
} from '../presets/vision.js'
export type { XposOptions } from '../presets/xpos.js'
export { xposRopes } from '../presets/xpos.js'
export { fopeInputs } from '../schedule/fope.js'

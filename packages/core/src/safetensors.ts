/**
 * `@rope/core/safetensors`: reads and writes the safetensors format, strictly and without a
 * dependency. Pure functions over bytes: no files, no globals, nothing that runs at import.
 */

export type { SafetensorsDType } from './safetensors/element-types.js'
export { elementTypeOf, SAFETENSORS_DTYPES } from './safetensors/element-types.js'
export type {
  Safetensors,
  SafetensorsData,
  SafetensorsOptions,
  SafetensorsTensor,
} from './safetensors/parse.js'
export { MAX_HEADER_BYTES, parseSafetensors, tensorBytes, tensorData } from './safetensors/parse.js'
export type { SafetensorsInput } from './safetensors/write.js'
export { replaceTensors, writeSafetensors } from './safetensors/write.js'

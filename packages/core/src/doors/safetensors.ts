/**
 * `@rope/core/safetensors`: reads and writes the safetensors format, strictly and without a
 * dependency. Pure functions over bytes: no files, no globals, nothing that runs at import.
 */

export type { SafetensorsDType } from '../models/safetensors/element-types.js'
export { elementTypeOf, SAFETENSORS_DTYPES } from '../models/safetensors/element-types.js'
export type {
  Safetensors,
  SafetensorsData,
  SafetensorsOptions,
  SafetensorsTensor,
} from '../models/safetensors/parse.js'
export {
  MAX_HEADER_BYTES,
  parseSafetensors,
  tensorBytes,
  tensorData,
} from '../models/safetensors/parse.js'
export type { SafetensorsInput } from '../models/safetensors/write.js'
export { replaceTensors, writeSafetensors } from '../models/safetensors/write.js'

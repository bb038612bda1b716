/**
 * Door `@rope/core/gguf`: the metadata of GGUF files, read and written.
 */
export type { GgufRopeKind } from '../models/gguf/architectures.js'
export { GGUF_ARCHITECTURES, ggufRopeKind } from '../models/gguf/architectures.js'
export type { GgufOptions } from '../models/gguf/from-gguf.js'
export { fromGguf, ggufProfiles } from '../models/gguf/from-gguf.js'
export type { GgufOutput, ToGgufOptions } from '../models/gguf/to-gguf.js'
export { toGguf } from '../models/gguf/to-gguf.js'
export type { GgufRope, GgufValue } from '../models/gguf/values.js'
export { FACTOR_TENSORS } from '../models/gguf/values.js'
export { writeGgufFile } from '../models/gguf/write-file.js'

/**
 * Door `@rope/core/huggingface`: config.json files of Hugging Face models, read and written.
 */
export type {
  HuggingFaceOptions,
  HuggingFaceProfile,
} from '../models/huggingface/from-hugging-face.js'
export { fromHuggingFace, huggingFaceProfiles } from '../models/huggingface/from-hugging-face.js'
export { languageModel } from '../models/huggingface/language-model.js'
export { parseConfigJson } from '../models/huggingface/parse-json.js'
export type { ToHuggingFaceOptions } from '../models/huggingface/to-hugging-face.js'
export { toHuggingFace } from '../models/huggingface/to-hugging-face.js'
export type { RopeProfile, WritableProfile } from '../models/profile.js'

/**
 * The reader of onnxruntime-web as a caller hands it over: the library, or why there is none.
 */
import { checkFields, reject } from '@rope/core/backend'
import { having, maybe, type Reader, record, text, unread } from '../readers.js'
import type { OnnxRuntimeWeb } from './onnxruntime-call.js'
import type { LoadedPeer } from './session.js'

const readLibrary = record<OnnxRuntimeWeb>({
  env: record<OnnxRuntimeWeb['env']>({
    versions: record<OnnxRuntimeWeb['env']['versions']>({ web: maybe(text) }),
    wasm: unread(),
  }),
  InferenceSession: having<OnnxRuntimeWeb['InferenceSession']>('create'),
  Tensor: having<OnnxRuntimeWeb['Tensor']>('fromGpuBuffer'),
})

/** A library that could be loaded, or why not. */
export const readLoadedPeer: Reader<LoadedPeer> = (value, field) => {
  const accepted = '{ ort, reason: null } or { ort: null, reason }'
  const { ort, reason } = checkFields(value, field, ['ort', 'reason'], accepted)
  if (ort === null) return { ort, reason: text(reason, `${field}.reason`) }
  if (reason !== null) reject('INVALID_OPTION', `${field}.reason`, reason, 'null, beside ort')
  return { ort: readLibrary(ort, `${field}.ort`), reason: null }
}

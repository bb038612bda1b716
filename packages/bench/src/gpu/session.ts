/**
 * The contenders of one group on the GPU, opened for the harness as any others are.
 */
import { RopeError } from '@rope/core'
import type { Session } from '../contenders/open.js'
import type { Opened } from '../contenders/opened.js'
import type { ContenderSpec } from '../matrix/group.js'
import { openCopy } from './copy-call.js'
import { type OnnxRuntimeWeb, onnxRuntimeRefusal, openOnnxRuntime } from './onnxruntime-call.js'
import { openRotation, type Stage } from './rotation-call.js'

/** A library that could be loaded, or why not. */
export type LoadedPeer =
  | { readonly ort: OnnxRuntimeWeb; readonly reason: null }
  | { readonly ort: null; readonly reason: string }

/** Opens contenders on a stage. */
export function createGpuSession(stage: Stage, peer: LoadedPeer): Session {
  const opened: Opened[] = []
  return {
    async open(spec) {
      const contender = await openOnGpu(stage, peer, spec)
      opened.push(contender)
      return contender
    },
    async close() {
      for (const contender of opened.splice(0)) await contender.close?.()
    },
  }
}

async function openOnGpu(stage: Stage, peer: LoadedPeer, spec: ContenderSpec): Promise<Opened> {
  const { kind, case: rotation } = spec
  if (kind === 'backend') return openRotation(stage, rotation)
  if (kind === 'limit') return openCopy(stage, rotation)
  const refusal = onnxRuntimeRefusal(rotation)
  if (refusal !== null) throw new RopeError('UNSUPPORTED', refusal, { field: spec.name })
  if (peer.ort === null) throw new RopeError('UNAVAILABLE', peer.reason, { field: spec.name })
  return openOnnxRuntime(stage, peer.ort, rotation)
}

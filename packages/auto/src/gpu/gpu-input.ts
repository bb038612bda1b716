/**
 * Calls on GPU buffers as their caller writes them, and the refusal where there is no GPU.
 */
import { RopeError } from '@rope/core'
import type { EncoderHandle, GpuCall, GpuCallShape, GpuTensorShape, PassHandle } from '@rope/webgpu'
import type { Dispatcher } from '../dispatch/dispatcher.js'

/** A tensor in a GPUBuffer. */
export type GpuTensorInput = GpuTensorShape & Required<Pick<GpuTensorShape, 'buffer'>>

/** A call on GPU buffers. */
export interface GpuInput {
  readonly q?: GpuTensorInput | undefined
  readonly k?: GpuTensorInput | undefined
  /** Where to write instead; without it q and k are rotated in place. */
  readonly out?: { readonly q?: GpuTensorInput; readonly k?: GpuTensorInput } | undefined
  readonly inverse?: boolean | undefined
  /** Where the tokens stand; a table makes it possible to give ids in a GPUBuffer. */
  readonly positions: NonNullable<GpuCall['positions']>
  readonly table?: GpuCallShape['table']
}

/** What GPU backends take to encode into: an open compute pass, or a command encoder. */
export type EncodeTarget = PassHandle | EncoderHandle

/** True for a call whose tensors are GPU buffers. */
export function isGpuInput(input: unknown): input is GpuInput {
  const { q, k } = (input ?? {}) as { readonly q?: unknown; readonly k?: unknown }
  return [q, k].some(
    (one) => typeof one === 'object' && one !== null && 'buffer' in one && !('data' in one),
  )
}

/** The error for a call on GPU buffers where no backend works on them. */
export function noGpu({ members }: Dispatcher): RopeError {
  const gpus = members.filter(({ device }) => device === 'gpu')
  const reasons = gpus.map(
    ({ name, state }) =>
      `${name}: ${state.kind === 'ready' ? 'it takes no buffers' : state.reason}`,
  )
  return new RopeError(
    'UNAVAILABLE',
    `no backend works on these GPU buffers, and data does not leave the GPU by itself; ${reasons.join('; ')}`,
    { field: 'q' },
  )
}

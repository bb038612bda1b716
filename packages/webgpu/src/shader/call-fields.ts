/**
 * The numbers of one call, in the order in which the shader declares them: where its rows and
 * tensors begin. They are all that changes from call to call; immediates where WGSL has them.
 */
import type { ShaderSpec } from './spec.js'

/** A number of a call: where something begins, in accesses, or how far batch entries are apart. */
export type CallField =
  | 'rows'
  | 'batch_stride'
  | 'positions'
  | 'q_source'
  | 'q_target'
  | 'k_source'
  | 'k_target'

/** The fields that a spec's shader reads. At most seven: 28 bytes. */
export function callFields({
  positions,
  operands,
  inPlace,
}: Pick<ShaderSpec, 'positions' | 'operands' | 'inPlace'>): readonly CallField[] {
  return [
    'rows',
    'batch_stride',
    ...(positions === null ? [] : (['positions'] as const)),
    ...operands.flatMap(({ name }): readonly CallField[] =>
      inPlace ? [`${name}_source`] : [`${name}_source`, `${name}_target`],
    ),
  ]
}

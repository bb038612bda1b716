/**
 * The ways to call a rope, as one function: the same call can then be made on the subject and on
 * core's own rope over the recorder.
 */
import type { RopeConfig } from '../../config/config.js'
import { RopeError } from '../../errors.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { Layout, Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import { createRope, type Rope } from '../../rope/rope.js'
import { check, type Trial } from '../case.js'

/** `direct` is rotate on a CPU and rotateAsync on a GPU; the others are what they say. */
export type Via = 'direct' | 'async' | 'at' | 'bind' | 'shift'

/** One call. For `shift` the positions are the deltas; for `bind` a number. */
export interface Call {
  readonly via: Via
  readonly tensors: RotateTensors
  readonly positions: Positions
}

/** The subject's rope for a config. */
export async function subjectRope(
  trial: Trial,
  config: RopeConfig,
  layout?: Layout,
): Promise<Rope> {
  const { subject, backend } = trial
  const make = subject.createRope ?? createRope
  return make(config, { backend, ...(layout === undefined ? {} : { layout }) })
}

/**
 * Makes a call. A promise means that it finishes later, and only then may anyone wait: where
 * nothing comes back it has finished, and waiting would give a late kernel the time to hide it.
 */
export function perform(rope: Rope, device: 'cpu' | 'gpu', call: Call): void | Promise<void> {
  const { via, tensors, positions } = call
  const input = { ...tensors, positions }
  if (via === 'shift') return rope.shift(tensors.k as Tensor, positions)
  if (via === 'bind') return rope.bind(tensors).rotate(Number(positions))
  if (via === 'at') {
    const step = rope.at(positions)
    return device === 'cpu' ? step.rotate(tensors) : step.rotateAsync(tensors)
  }
  return via === 'direct' && device === 'cpu' ? rope.rotate(input) : rope.rotateAsync(input)
}

/** The error of a call, which must be a RopeError with one of the codes. */
export async function expectRefusal(
  codes: readonly RopeError['code'][],
  attempt: () => unknown,
): Promise<RopeError> {
  const accepted = codes.join(' or ')
  let caught: unknown
  try {
    await attempt()
  } catch (error) {
    caught = error
  }
  check(caught !== undefined, () => `was accepted; it must be refused with ${accepted}`)
  if (!RopeError.isInstance(caught)) throw caught
  const { code, message } = caught
  check(codes.includes(code), () => `was refused with ${code} (${message}); it must be ${accepted}`)
  check(
    message.length >= 10,
    () => `the refusal does not explain itself: ${JSON.stringify(message)}`,
  )
  return caught
}

/**
 * A limit of the machine as a contender: a scale in place or a copy of the bytes that the case
 * moves. It is checked like everything else, element by element.
 */
import { type Backend, bytesPerElement } from '@rope/core/backend'
import type { LimitHooks } from '../limits/hooks.js'
import { createPortableLimits } from '../limits/portable.js'
import type { LimitSpec } from '../matrix/group.js'
import { movedElements, type RotationCase } from '../matrix/rotation-case.js'
import type { GroupMemory, Purpose } from './memory.js'
import type { Opened } from './opened.js'

/** Turns the sign round: however often it is applied, values stay what they are. */
const FACTOR = -1

/** Values of the check's input go round after this many elements; a prime, so that rows differ. */
const PERIOD = 1021

/** Prepares a limit by a backend's hooks, in ordinary memory or in the backend's own. */
export function openLimit(
  spec: LimitSpec,
  hooks: LimitHooks,
  owner: Backend | null,
  memory: GroupMemory,
): Opened {
  const lengths = limitLengths(spec.case)
  const arrays = (purposes: readonly Purpose[]): Float32Array[] =>
    lengths.map((length, i) => floatArray(spec, owner, memory, length, purposes[i] ?? 'q'))
  const sources = arrays(['q', 'k'])
  if (spec.limit === 'scale')
    return scaleOf(sources, (count) => hooks.scale(sources, FACTOR, count))
  const targets = arrays(['q out', 'k out'])
  return copyOf(targets, sources, (count) => hooks.copy(targets, sources, count))
}

/** Prepares a limit that belongs to no backend, in memory of its own. */
export function openPortableLimit(spec: LimitSpec): Opened {
  const limits = createPortableLimits(limitLengths(spec.case))
  const { sources, targets } = limits
  return spec.limit === 'scale'
    ? scaleOf(sources, (count) => limits.scale(FACTOR, count))
    : copyOf(targets, sources, (count) => limits.copy(count))
}

function scaleOf(arrays: readonly Float32Array[], run: (count: number) => void): Opened {
  return {
    run,
    check() {
      arrays.forEach(fillRamp)
      run(1)
      return firstOff(arrays, FACTOR)
    },
  }
}

function copyOf(
  targets: readonly Float32Array[],
  sources: readonly Float32Array[],
  run: (count: number) => void,
): Opened {
  return {
    run,
    check() {
      sources.forEach(fillRamp)
      for (const target of targets) target.fill(0)
      run(1)
      return firstOff(targets, 1)
    },
  }
}

/** Lengths of q and k in float32: the bytes that a call of the case moves. */
function limitLengths(rotation: RotationCase): readonly number[] {
  return movedElements(rotation).map((count) => floats(rotation, count))
}

/** The same bytes as float32, whatever the dtype of the case: limits count bytes. */
function floats({ dtype }: RotationCase, elements: number): number {
  return Math.floor((elements * bytesPerElement(dtype)) / 4)
}

/**
 * A float32 case lends its own arrays, cut to the bytes that move; others get arrays of their own,
 * since 16-bit values read as float32 would be subnormal here and there, which is slow.
 */
function floatArray(
  { case: rotation }: LimitSpec,
  owner: Backend | null,
  memory: GroupMemory,
  length: number,
  purpose: Purpose,
): Float32Array {
  const { headDim, rotaryDim } = rotation.shape
  const isPart = rotation.dtype === 'float32' && rotation.place === 'in-place'
  const whole = isPart ? (length / rotaryDim) * headDim : length
  return (memory.array(owner, 'float32', whole, purpose) as Float32Array).subarray(0, length)
}

function rampValue(index: number): number {
  return (index % PERIOD) + 1
}

function fillRamp(array: Float32Array): void {
  for (let i = 0; i < array.length; i++) array[i] = rampValue(i)
}

function firstOff(arrays: readonly Float32Array[], factor: number): string | null {
  for (const [which, array] of arrays.entries()) {
    const wrong = array.findIndex((value, i) => value !== factor * rampValue(i))
    if (wrong === -1) continue
    return `array ${which}, element ${wrong} is ${array[wrong]}, but should be ${factor * rampValue(wrong)}`
  }
  return null
}

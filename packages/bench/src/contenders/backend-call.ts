/**
 * A backend as a contender, called through the public API in one of four ways.
 */

import { createRope, type Rope, RopeError, type RotateTensors, type Tensor } from '@rope/core'
import {
  type Backend,
  createRotationBuilder,
  expandPositions,
  makePlan,
  readPositions,
} from '@rope/core/backend'
import { type Contender, repeated, repeatedAsync } from '../harness/contender.js'
import { untimed } from '../harness/first-call.js'
import type { BackendSpec } from '../matrix/group.js'
import { shapeConfig } from '../matrix/model-shape.js'
import {
  type CallKind,
  DECODE_POSITIONS,
  firstPosition,
  type RotationCase,
} from '../matrix/rotation-case.js'
import { fillInput, type Operand, operandLength, tensorShape } from './input.js'
import type { GroupMemory } from './memory.js'
import type { Opened } from './opened.js'
import { checkRotation, type Rotated } from './oracle.js'

/** The tensors of a call and where the result appears. */
interface CallMemory {
  readonly tensors: RotateTensors
  readonly input: Rotated
  readonly result: Rotated
}

/** Prepares a backend for a case. What it cannot do, it refuses here, before anything is timed. */
export function openBackend(spec: BackendSpec, backend: Backend, memory: GroupMemory): Opened {
  const owner = spec.variant.memory === 'resident' ? backend : null
  const rope = createRope(shapeConfig(spec.case.shape, spec.case.pairing), { backend })
  return openRope(spec, rope, owner, memory)
}

/** Prepares a rope, which is disposed of in the end, for a case on memory of `owner`. */
export function openRope(
  spec: Pick<BackendSpec, 'case' | 'variant'>,
  rope: Rope,
  owner: Backend | null,
  memory: GroupMemory,
): Opened {
  const call = callMemory(spec.case, (operand, out) => {
    const name = operand === 0 ? 'q' : 'k'
    const length = operandLength(spec.case, operand)
    return memory.array(owner, spec.case.dtype, length, out ? `${name} out` : name)
  })
  const calls = CALLS[spec.variant.call](rope, call.tensors, spec.case)
  return {
    run: calls.run,
    async check(first = untimed) {
      for (const operand of [0, 1] as const) fillInput(spec.case, operand, call.input[operand])
      await first(calls.once)
      return checkRotation(spec.case, call.result, 'bits')
    },
    close: () => rope.dispose(),
  }
}

function callMemory(
  rotation: RotationCase,
  array: (operand: Operand, out: boolean) => Rotated[0],
): CallMemory {
  const input: Rotated = [array(0, false), array(1, false)]
  const tensor = (elements: Rotated[0], operand: Operand): Tensor => ({
    data: elements,
    shape: tensorShape(rotation, operand),
    layout: rotation.layout,
    dtype: rotation.dtype,
  })
  const tensors = { q: tensor(input[0], 0), k: tensor(input[1], 1) }
  if (rotation.place === 'in-place') return { tensors, input, result: input }
  const result: Rotated = [array(0, true), array(1, true)]
  const out = { q: tensor(result[0], 0), k: tensor(result[1], 1) }
  return { tensors: { ...tensors, out }, input, result }
}

interface Calls {
  /** One call at the case's first position, for the check. */
  once(): void | Promise<void>
  readonly run: Contender['run']
}

type MakeCalls = (rope: Rope, tensors: RotateTensors, rotation: RotationCase) => Calls

const CALLS: Readonly<Record<CallKind, MakeCalls>> = {
  bound: boundCalls,
  step: stepCalls,
  rotate: rotateCalls,
  kernel: kernelCalls,
}

/** Every call at the next position, as a decode loop does: the row of the tables is part of it. */
function boundCalls(rope: Rope, tensors: RotateTensors, rotation: RotationCase): Calls {
  const bound = rope.bind(tensors)
  let position = 0
  return {
    once: () => bound.rotate(firstPosition(rotation)),
    run: (count) => {
      for (let i = 0; i < count; i++) {
        position = (position + 1) % DECODE_POSITIONS
        bound.rotate(position)
      }
    },
  }
}

/** The tables are made once, as for the layers of a model. */
function stepCalls(rope: Rope, tensors: RotateTensors, rotation: RotationCase): Calls {
  const step = rope.at(firstPosition(rotation))
  if (rope.backend.device === 'gpu') {
    const call = (): Promise<void> => step.rotateAsync(tensors)
    return { once: call, run: repeatedAsync(call) }
  }
  const call = (): void => step.rotate(tensors)
  return { once: call, run: repeated(call) }
}

/** Other positions in every call, so that the tables are made in every call. */
function rotateCalls(rope: Rope, tensors: RotateTensors, rotation: RotationCase): Calls {
  let position = 0
  const next = (): number => {
    position = (position + 1) % DECODE_POSITIONS
    return position
  }
  const first = firstPosition(rotation)
  if (rope.backend.device === 'gpu') {
    return {
      once: () => rope.rotateAsync({ ...tensors, positions: first }),
      run: repeatedAsync(() => rope.rotateAsync({ ...tensors, positions: next() })),
    }
  }
  return {
    once: () => rope.rotate({ ...tensors, positions: first }),
    run: repeated(() => rope.rotate({ ...tensors, positions: next() })),
  }
}

/** What an engine pays that keeps plan, kernel and tables itself. */
function kernelCalls(rope: Rope, tensors: RotateTensors, rotation: RotationCase): Calls {
  const { config, frequencies, backend } = rope
  const { plan, views } = makePlan(config, tensors)
  const support = backend.supports(plan)
  if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
  const kernel = backend.compile(plan)
  const sources = readPositions(firstPosition(rotation), 1)
  const table = expandPositions(sources, plan.batch, plan.tokens, 1)
  const precision = plan.dtype === 'float64' ? 'float64' : 'float32'
  const rows = createRotationBuilder(config, frequencies).build(table, precision)
  if (backend.device === 'gpu') {
    const call = async (): Promise<void> => kernel.run({ views, rotation: rows })
    return { once: call, run: repeatedAsync(call) }
  }
  const call = (): void => {
    void kernel.run({ views, rotation: rows })
  }
  return { once: call, run: repeated(call) }
}

/**
 * The plan: a call brought to plain numbers. This is the only place that validates tensors;
 * backends check nothing. Nothing is written before everything has been checked.
 */

import { checkFields, reject, rejectBecause } from '../check.js'
import { type RopeConfig, resolveConfig } from '../config/config.js'
import type { OperandPlan, Plan, View } from '../contract/backend.js'
import { resolvePairing } from '../contract/pairing.js'
import { isSharedBuffer } from '../memory.js'
import { otherLayout } from './other-layout.js'
import {
  isDisjoint,
  isEmpty,
  isInjective,
  isSameRegion,
  type Region,
  regionOf,
  type Sizes,
  spanOf,
} from './region.js'
import {
  type Layout,
  type MemoryTensor,
  type ResolvedTensor,
  resolveTensor,
  type Tensor,
} from './tensor.js'
import { CALL_KEYS, checkCallKeys } from './unread-fields.js'

/** The tensors of a call. At least one of q and k; without `out` they are rotated in place. */
export interface RotateTensors {
  readonly q?: Tensor | undefined
  readonly k?: Tensor | undefined
  /** Where to write instead: the same keys as given above. Channels outside the window are copied. */
  readonly out?: { readonly q?: Tensor | undefined; readonly k?: Tensor | undefined } | undefined
  /** Rotates back by the same angles. */
  readonly inverse?: boolean | undefined
}

/** The same over memory that is no typed array, such as parts of GPU buffers. */
export interface RotateMemory {
  readonly q?: MemoryTensor | undefined
  readonly k?: MemoryTensor | undefined
  readonly out?:
    | { readonly q?: MemoryTensor | undefined; readonly k?: MemoryTensor | undefined }
    | undefined
  readonly inverse?: boolean | undefined
}

/** A plan and the memory it is for. */
export interface PlannedCall {
  readonly plan: Plan
  readonly views: readonly View[]
}

interface Operand {
  readonly name: 'q' | 'k'
  readonly source: ResolvedTensor
  readonly target: ResolvedTensor
  readonly sizes: Sizes
  readonly sourceRegion: Region
  readonly targetRegion: Region
}

const NAMES = ['q', 'k'] as const

/**
 * Validates the tensors of a call and describes it as a plan.
 *
 * @param given the resolved config
 * @param call q and k, and where to write
 * @param layout the layout of tensors that state none
 * @throws RopeError INVALID_TENSOR or ALIASING, naming the tensor
 */
export function makePlan(given: RopeConfig, call: RotateTensors, layout?: Layout): PlannedCall {
  const [config, tensors] = [resolveConfig(given), readTensors(call)]
  const operands = checkedOperands(config, tensors, layout)
  return { plan: planOf(config, operands, tensors), views: operands.map(viewOf) }
}

/**
 * The same rules for memory that is no typed array: a GPU backend describes its buffers by their
 * measures. Only the plan comes back; the memory stays with whoever knows what it is.
 *
 * @param given the resolved config
 * @param call q and k, and where to write
 * @param layout the layout of tensors that state none
 * @throws RopeError INVALID_TENSOR or ALIASING, naming the tensor
 */
export function makeMemoryPlan(given: RopeConfig, call: RotateMemory, layout?: Layout): Plan {
  const [config, tensors] = [resolveConfig(given), readTensors(call)]
  return planOf(config, checkedOperands(config, tensors, layout), tensors)
}

function checkedOperands(
  config: RopeConfig,
  tensors: RotateTensors | RotateMemory,
  layout: Layout | undefined,
): readonly Operand[] {
  const operands = readOperands(config, tensors, layout)
  checkAgreement(operands, otherLayout(tensors.q, tensors.k, layout))
  for (const operand of operands) checkMemory(operand)
  checkAliasing(operands)
  return operands
}

function planOf(
  config: RopeConfig,
  operands: readonly Operand[],
  { inverse }: Pick<RotateTensors, 'inverse'>,
): Plan {
  const [first] = operands as [Operand, ...Operand[]]
  const pairs = config.rotaryDim / 2
  return Object.freeze({
    dtype: first.source.dtype,
    batch: first.sizes.batch,
    tokens: first.sizes.token,
    headDim: config.headDim,
    pairs,
    windowOffset: config.windowOffset,
    pairing: Object.freeze(resolvePairing(config.pairing, pairs)),
    direction: inverse === true ? -1 : 1,
    inPlace: operands.every(isInPlace),
    memory: operands.some(usesSharedMemory) ? 'shared' : 'local',
    operands: Object.freeze(operands.map(operandPlan)),
  })
}

function readOperands(
  config: RopeConfig,
  tensors: RotateTensors | RotateMemory,
  layout: Layout | undefined,
): readonly Operand[] {
  const names = NAMES.filter((name) => tensors[name] !== undefined)
  if (names.length === 0) {
    rejectBecause('INVALID_TENSOR', 'q', 'is missing, and k too; give at least one of them')
  }
  checkRowsAreFor(names, config)
  const out = readOut(tensors.out)
  for (const name of NAMES) {
    if (out !== undefined && (out[name] === undefined) !== (tensors[name] === undefined)) {
      rejectBecause(
        'INVALID_TENSOR',
        `out.${name}`,
        `does not go with ${name}; give out the same keys as the inputs`,
      )
    }
  }
  return names.map((name) =>
    readOperand(name, tensors[name] as Tensor | MemoryTensor, out?.[name], config.headDim, layout),
  )
}

/** Where q and k have rows of their own, a config is for one of them. */
function checkRowsAreFor(names: readonly ('q' | 'k')[], { schedule }: RopeConfig): void {
  const tensor = 'tensor' in schedule ? schedule.tensor : undefined
  const other = names.find((name) => tensor !== undefined && name !== tensor)
  if (other === undefined) return
  rejectBecause(
    'INVALID_TENSOR',
    other,
    `was given, but the rows of this rope are for ${tensor}: under schedule '${schedule.type}' q and k have a rope each (xposRopes makes both)`,
  )
}

type Tensors = RotateTensors | RotateMemory

/** The fields of a call, each read once; INVALID_TENSOR for what is no call. */
export function readTensors<Given extends Tensors>(given: Given): Given {
  const accepted = '{ q, k } or one of them'
  const keys = ['q', 'k', 'out', 'inverse'] as const
  const tensors = checkFields(given, 'tensors', keys, accepted, 'INVALID_TENSOR')
  checkCallKeys(given, CALL_KEYS)
  const { inverse } = tensors
  if (inverse !== undefined && typeof inverse !== 'boolean') {
    reject('INVALID_OPTION', 'inverse', inverse, 'true or false')
  }
  return tensors as unknown as Given
}

function readOut(out: unknown): Tensors['out'] {
  if (out === undefined) return undefined
  const accepted = '{ q, k } with the same keys as the inputs, each { data, shape }'
  return checkFields(out, 'out', NAMES, accepted, 'INVALID_TENSOR') as Tensors['out']
}

function readOperand(
  name: 'q' | 'k',
  tensor: Tensor | MemoryTensor,
  out: Tensor | MemoryTensor | undefined,
  headDim: number,
  layout: Layout | undefined,
): Operand {
  const source = resolveTensor(tensor, name, headDim, layout)
  const target = out === undefined ? source : resolveTensor(out, `out.${name}`, headDim, layout)
  const sizes: Sizes = {
    batch: source.batch,
    token: source.tokens,
    head: source.heads,
    channel: headDim,
  }
  for (const key of ['batch', 'tokens', 'heads', 'dtype'] as const) {
    if (source[key] !== target[key]) {
      rejectBecause(
        'INVALID_TENSOR',
        `out.${name}`,
        `has ${key} ${target[key]}, but ${name} has ${source[key]}; they must agree`,
      )
    }
  }
  return {
    name,
    source,
    target,
    sizes,
    sourceRegion: regionOf(source.memory, source.offset, sizes, source.strides),
    targetRegion: regionOf(target.memory, target.offset, sizes, target.strides),
  }
}

/** q and k share batch, tokens and dtype; only their head counts may differ. */
function checkAgreement(operands: readonly Operand[], advice: string | undefined): void {
  const [q, k] = operands
  if (q === undefined || k === undefined) return
  for (const key of ['batch', 'tokens', 'dtype'] as const) {
    if (q.source[key] !== k.source[key]) {
      const way = key === 'dtype' ? undefined : advice
      rejectBecause(
        'INVALID_TENSOR',
        'k',
        `has ${key} ${k.source[key]}, but q has ${q.source[key]}; they must agree${way === undefined ? ', or be rotated in two calls' : `, and ${way}`}`,
      )
    }
  }
}

function checkMemory({ name, source, target, sizes }: Operand): void {
  checkBounds(source, sizes, name)
  if (target !== source) checkBounds(target, sizes, `out.${name}`)
  if (!isInjective(sizes, target.strides)) {
    const field = target === source ? name : `out.${name}`
    rejectBecause(
      'ALIASING',
      `${field}.strides`,
      `let elements share memory, which cannot be written; give strides that keep them apart`,
    )
  }
}

function checkBounds(tensor: ResolvedTensor, sizes: Sizes, field: string): void {
  if (isEmpty(sizes)) return
  const span = spanOf(sizes, tensor.strides)
  const first = tensor.offset + span.low
  const last = tensor.offset + span.high
  if (first >= 0 && last < tensor.memory.length) return
  rejectBecause(
    'INVALID_TENSOR',
    `${field}.data`,
    `has ${tensor.memory.length} elements, but shape, strides and offset reach from ${first} to ${last}; give a larger array or a smaller shape${tensor.memory.length === 0 ? ' (an empty array may have been detached by a transfer)' : ''}`,
  )
}

/** What one operand writes, nobody else may read or write; in place is the one exception. */
function checkAliasing(operands: readonly Operand[]): void {
  for (const writer of operands) {
    for (const other of operands) {
      const own = writer === other
      const regions = own ? [other.sourceRegion] : [other.sourceRegion, other.targetRegion]
      for (const region of regions) {
        if (own && isInPlace(writer)) continue
        if (isDisjoint(writer.targetRegion, region)) continue
        rejectAliasing(writer, other)
      }
    }
  }
}

function rejectAliasing(writer: Operand, other: Operand): never {
  const written = writer.target === writer.source ? writer.name : `out.${writer.name}`
  rejectBecause(
    'ALIASING',
    written,
    `is written but overlaps the memory of ${other.name}; use the same view (in place) or memory that does not overlap`,
  )
}

/** Memory that is no typed array is nobody else's to see. */
function isShared({ elements, memory }: ResolvedTensor): boolean {
  return elements !== undefined && isSharedBuffer(memory.buffer as ArrayBufferLike)
}

function usesSharedMemory({ source, target }: Operand): boolean {
  return isShared(source) || isShared(target)
}

function isInPlace({ sourceRegion, targetRegion }: Operand): boolean {
  return isSameRegion(sourceRegion, targetRegion)
}

function operandPlan(operand: Operand): OperandPlan {
  const { source, sizes } = operand
  // `out` may state the same memory by another stride along an axis of one entry, which nobody takes.
  const target = isInPlace(operand) ? source : operand.target
  return Object.freeze({
    heads: sizes.head,
    source: Object.freeze(source.strides),
    target: Object.freeze(target.strides),
    sourceSpan: Object.freeze(spanOf(sizes, source.strides)),
    targetSpan: Object.freeze(spanOf(sizes, target.strides)),
  })
}

function viewOf({ name, source, target }: Operand): View {
  if (source.elements === undefined || target.elements === undefined) {
    const accepted = 'a typed array on each tensor; memory that is none has makeMemoryPlan'
    return reject('INVALID_TENSOR', `${name}.data`, undefined, accepted)
  }
  return {
    source: source.elements,
    sourceOffset: source.offset,
    target: target.elements,
    targetOffset: target.offset,
  }
}

/** A key that two plans share exactly when one kernel serves both. */
export function planKey(plan: Plan): string {
  const strides = plan.operands.map(({ heads, source, target }) =>
    [heads, ...Object.values(source), ...Object.values(target)].join(),
  )
  return [
    plan.dtype,
    plan.batch,
    plan.tokens,
    plan.headDim,
    plan.pairs,
    plan.windowOffset,
    plan.pairing.step,
    plan.pairing.partner,
    plan.direction,
    plan.inPlace,
    plan.memory,
    ...strides,
  ].join(' ')
}

/**
 * Remembers how recent calls were planned. A model makes the same few calls over and over, with
 * other memory: recognising one costs a few comparisons, planning it anew some microseconds.
 * A call is recognised by content, never by identity, and its memory is checked again each time.
 */

import { isRecord, reading, reject } from '../check.js'
import type { Kernel, OperandPlan, Plan, Span, View } from '../contract/backend.js'
import { bytesNeeded } from '../contract/bound-memory.js'
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  isSharedBuffer,
  kindOf,
  type TypedArrayKind,
} from '../memory.js'
import { bytesPerElement, type Elements } from '../numbers/dtype.js'
import { elementsOf } from '../numbers/elements.js'
import type { PlannedCall, RotateTensors } from './plan.js'
import type { Tensor } from './tensor.js'
import { checkTensorFields, hasForeignField, hasUnreadKey } from './unread-fields.js'

/** A call that can be run: its kernel, its plan and its memory. */
export interface PreparedCall {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly kernel: Kernel
}

/** What is remembered of one tensor. Nothing here keeps the caller's memory alive. */
interface KnownTensor {
  readonly kind: TypedArrayKind | undefined
  readonly isShared: boolean
  readonly dtype: Tensor['dtype']
  readonly layout: Tensor['layout']
  readonly shape: readonly number[]
  readonly strides: readonly number[] | undefined
  readonly span: Span
}

/** How the memory of two tensors of a call is related: another buffer, or a distance in bytes. */
type Relation = number | 'apart'

interface KnownCall {
  readonly form: number
  readonly hasOut: boolean
  /** Bytes of one element. */
  readonly width: number
  readonly tensors: readonly KnownTensor[]
  readonly relations: readonly Relation[]
  readonly plan: Plan
  readonly kernel: Kernel
}

/** Calls a model makes: q and k of a few kinds of layers, in prefill and in decode. */
const KEPT_CALLS = 8

/** The tensors of a call in a fixed order: q, k, out.q, out.k, those that are there. */
function listTensors({ q, k, out }: RotateTensors): readonly Tensor[] {
  const list: Tensor[] = []
  if (q !== undefined) list.push(q)
  if (k !== undefined) list.push(k)
  if (out?.q !== undefined) list.push(out.q)
  if (out?.k !== undefined) list.push(out.k)
  return list
}

/** Which tensors a call has, and its direction, as bits. */
function formOf({ q, k, out, inverse }: RotateTensors): number {
  return (
    (q === undefined ? 0 : 1) +
    (k === undefined ? 0 : 2) +
    (out === undefined ? 0 : 4) +
    (out?.q === undefined ? 0 : 8) +
    (out?.k === undefined ? 0 : 16) +
    (inverse === true ? 32 : 0) +
    // What is neither true nor false is never remembered: planning refuses it.
    (inverse === undefined || typeof inverse === 'boolean' ? 0 : 64)
  )
}

function sameNumbers(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The same sizes, by the same words. What is no tensor at all is left to planning to refuse. */
function isAlike(tensor: Tensor, known: KnownTensor): boolean {
  return (
    Array.isArray(tensor?.shape) &&
    !hasForeignField(tensor) &&
    tensor.dtype === known.dtype &&
    tensor.layout === known.layout &&
    sameNumbers(tensor.shape, known.shape) &&
    sameNumbers(tensor.strides, known.strides)
  )
}

/** The memory of a tensor by its internals; undefined unless it is of the kind that is known. */
function elementsLike(data: unknown, { kind }: KnownTensor): Elements | undefined {
  return kindOf(data) === kind ? elementsOf(data as Tensor['data']) : undefined
}

/** The views of a call like a known one. Each tensor is asked once: what is checked is what is used. */
function viewsLike(list: readonly Tensor[], { tensors, hasOut }: KnownCall): View[] | undefined {
  const count = hasOut ? list.length / 2 : list.length
  const views: View[] = []
  for (let i = 0; i < count; i++) {
    const { data, offset: sourceOffset = 0 } = list[i] as Tensor
    const source = elementsLike(data, tensors[i] as KnownTensor)
    if (source === undefined) return undefined
    if (!hasOut) {
      views.push({ source, sourceOffset, target: source, targetOffset: sourceOffset })
      continue
    }
    const { data: out, offset: targetOffset = 0 } = list[i + count] as Tensor
    const target = elementsLike(out, tensors[i + count] as KnownTensor)
    if (target === undefined) return undefined
    views.push({ source, sourceOffset, target, targetOffset })
  }
  return views
}

/** The array of a call's tensor number `i`, in their fixed order: sources, then targets. */
function arrayAt(views: readonly View[], i: number): Elements {
  return i < views.length ? (views[i] as View).source : (views[i - views.length] as View).target
}

function offsetAt(views: readonly View[], i: number): number {
  return i < views.length
    ? (views[i] as View).sourceOffset
    : (views[i - views.length] as View).targetOffset
}

/** True when all that is touched of a tensor is there. */
function isWithin(elements: Elements, offset: number, span: Span, width: number): boolean {
  return (
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    offset + span.low >= 0 &&
    byteLengthOf(elements) >= bytesNeeded(offset, span, width)
  )
}

/** How tensor `j` lies to tensor `i`. */
function relationOf(views: readonly View[], i: number, j: number, width: number): Relation {
  const a = arrayAt(views, i)
  const b = arrayAt(views, j)
  if (bufferOf(a) !== bufferOf(b)) return 'apart'
  const distance = byteOffsetOf(b) - byteOffsetOf(a)
  return distance + (offsetAt(views, j) - offsetAt(views, i)) * width
}

/** True when the memory of views is to each other, and to the plan, as it was for a known call. */
function fits(views: readonly View[], { width, tensors, relations }: KnownCall): boolean {
  let pair = 0
  for (let i = 0; i < tensors.length; i++) {
    const { span, isShared } = tensors[i] as KnownTensor
    const elements = arrayAt(views, i)
    if (!isWithin(elements, offsetAt(views, i), span, width)) return false
    if (isShared !== isSharedBuffer(bufferOf(elements))) return false
    for (let j = 0; j < i; j++) {
      if (relationOf(views, j, i, width) !== relations[pair++]) return false
    }
  }
  return true
}

function remember(tensors: RotateTensors, planned: PlannedCall, kernel: Kernel): KnownCall {
  const { plan, views } = planned
  const width = bytesPerElement(plan.dtype)
  const list = listTensors(tensors)
  const known = list.map(({ data, dtype, layout, shape, strides }, i): KnownTensor => {
    const operand = plan.operands[i % views.length] as OperandPlan
    const span = i < views.length ? operand.sourceSpan : operand.targetSpan
    const isShared = isSharedBuffer(bufferOf(arrayAt(views, i)))
    return { kind: kindOf(data), isShared, dtype, layout, shape, strides, span }
  })
  const relations = list.flatMap((_, i) =>
    list.slice(0, i).map((_, j) => relationOf(views, j, i, width)),
  )
  const hasOut = tensors.out !== undefined
  return { form: formOf(tensors), hasOut, width, tensors: known, relations, plan, kernel }
}

/** Longer than a list with one entry per axis; such a list is left to planning to refuse. */
const LONGEST = 8

function copyList<List>(list: List): List {
  if (!Array.isArray(list) || list.length > LONGEST) return list
  return Array.from({ length: list.length }, (_, i) => list[i]) as List
}

/** What is no record is left to planning to refuse. */
function copyTensor<Given extends Tensor | undefined>(tensor: Given, field: string): Given {
  if (!isRecord(tensor)) return tensor
  checkTensorFields(tensor, field)
  const { data, dtype, layout, shape, strides, offset } = tensor as Tensor
  const copy = { data, dtype, layout, offset, shape: copyList(shape), strides: copyList(strides) }
  return copy as Given
}

/**
 * The tensors of a call as plain records over the same memory: each field is read once, so that
 * what is planned is what is remembered, whatever the caller's objects answer the second time.
 */
export function copyTensors(tensors: RotateTensors): RotateTensors {
  if (!isRecord(tensors)) return tensors
  const refuse = (): never =>
    reject('INVALID_TENSOR', 'tensors', tensors, '{ q, k } or one of them')
  return reading(() => {
    const { q, k, out, inverse } = tensors as RotateTensors
    const copiedOut = isRecord(out)
      ? { q: copyTensor(out.q, 'out.q'), k: copyTensor(out.k, 'out.k') }
      : out
    return {
      q: copyTensor(q, 'q'),
      k: copyTensor(k, 'k'),
      out: copiedOut as RotateTensors['out'],
      inverse,
    }
  }, refuse)
}

/** The most recent calls of one rope, newest first. */
export class CallCache {
  #calls: readonly KnownCall[] = []

  /** The prepared call when one like it was remembered, without fields beside `keys`; undefined means: plan it. */
  find(tensors: RotateTensors, keys: readonly string[]): PreparedCall | undefined {
    if (tensors === null || typeof tensors !== 'object' || hasUnreadKey(tensors, keys))
      return undefined
    const form = formOf(tensors)
    const list = listTensors(tensors)
    for (const call of this.#calls) {
      if (call.form !== form || !areAlike(list, call.tensors)) continue
      const views = viewsLike(list, call)
      if (views === undefined || !fits(views, call)) continue
      return { plan: call.plan, views, kernel: call.kernel }
    }
    return undefined
  }

  /** Remembers a call that was planned, by copies of its tensors, and whose kernel is ready. */
  add(tensors: RotateTensors, planned: PlannedCall, kernel: Kernel): PreparedCall {
    const call = remember(tensors, planned, kernel)
    this.#calls = [call, ...this.#calls.slice(0, KEPT_CALLS - 1)]
    return { plan: planned.plan, views: planned.views, kernel }
  }

  /** Forgets everything. */
  clear(): void {
    this.#calls = []
  }
}

function areAlike(list: readonly Tensor[], known: readonly KnownTensor[]): boolean {
  if (list.length !== known.length) return false
  for (let i = 0; i < list.length; i++) {
    if (!isAlike(list[i] as Tensor, known[i] as KnownTensor)) return false
  }
  return true
}

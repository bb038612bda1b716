/**
 * Remembers how recent calls were planned. A model makes the same few calls over and over, with
 * other memory: recognising one costs a few comparisons, planning it anew some microseconds.
 * A call is recognised by content, never by identity, and its memory is checked again each time.
 */
import type { Kernel, OperandPlan, Plan, Span, View } from './backend.js'
import { reachesMemory } from './bound-memory.js'
import { isRecord } from './check.js'
import { bytesPerElement, type Elements } from './dtype.js'
import { elementsOf } from './elements.js'
import type { Tensor } from './layout/tensor.js'
import { bufferOf, byteOffsetOf, isSharedBuffer, kindOf, type TypedArrayKind } from './memory.js'
import type { PlannedCall, RotateTensors } from './plan.js'

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
  readonly tensors: readonly KnownTensor[]
  readonly relations: readonly Relation[]
  readonly plan: Plan
  readonly kernel: Kernel
}

/** One side of a view, where it lies by its internals. */
interface Place {
  readonly elements: Elements
  readonly offset: number
  readonly buffer: ArrayBufferLike
  /** The byte of the buffer at which the element at `offset` begins. */
  readonly start: number
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
    (inverse === true ? 32 : 0)
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
    tensor.dtype === known.dtype &&
    tensor.layout === known.layout &&
    sameNumbers(tensor.shape, known.shape) &&
    sameNumbers(tensor.strides, known.strides)
  )
}

/** Where a tensor lies; undefined unless it is of the kind of memory that is known. */
function placeOf(
  data: unknown,
  offset: number,
  known: KnownTensor,
  bytes: number,
): Place | undefined {
  if (kindOf(data) !== known.kind) return undefined
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + known.span.low < 0) return undefined
  const elements = elementsOf(data as Tensor['data'])
  const buffer = bufferOf(elements)
  if (isSharedBuffer(buffer) !== known.isShared) return undefined
  return { elements, offset, buffer, start: byteOffsetOf(elements) + offset * bytes }
}

function relationOf(a: Place, b: Place): Relation {
  return a.buffer === b.buffer ? b.start - a.start : 'apart'
}

function sameRelations(places: readonly Place[], relations: readonly Relation[]): boolean {
  let pair = 0
  for (let i = 0; i < places.length; i++) {
    for (let j = i + 1; j < places.length; j++) {
      if (relationOf(places[i] as Place, places[j] as Place) !== relations[pair++]) return false
    }
  }
  return true
}

/** Each tensor's memory, read once: what was checked is what is used. */
function placesOf(
  list: readonly Tensor[],
  { tensors, plan }: KnownCall,
): readonly Place[] | undefined {
  const bytes = bytesPerElement(plan.dtype)
  const places: Place[] = []
  for (let i = 0; i < list.length; i++) {
    const { data, offset = 0 } = list[i] as Tensor
    const place = placeOf(data, offset, tensors[i] as KnownTensor, bytes)
    if (place === undefined) return undefined
    places.push(place)
  }
  return places
}

function viewsOf(places: readonly Place[], hasOut: boolean): readonly View[] {
  const count = hasOut ? places.length / 2 : places.length
  const views: View[] = []
  for (let i = 0; i < count; i++) {
    const from = places[i] as Place
    const to = hasOut ? (places[i + count] as Place) : from
    views.push({
      source: from.elements,
      sourceOffset: from.offset,
      target: to.elements,
      targetOffset: to.offset,
    })
  }
  return views
}

/** A side of a view, and what of it is touched. */
type Side = Place & { readonly span: Span }

/** The sides of a call's views in the order of its tensors. */
function sidesOf({ plan, views }: PlannedCall, hasOut: boolean): readonly Side[] {
  const bytes = bytesPerElement(plan.dtype)
  const side = (elements: Elements, offset: number, span: Span): Side => {
    const start = byteOffsetOf(elements) + offset * bytes
    return { elements, offset, buffer: bufferOf(elements), start, span }
  }
  const sources = views.map(({ source, sourceOffset }, i) =>
    side(source, sourceOffset, (plan.operands[i] as OperandPlan).sourceSpan),
  )
  const targets = views.map(({ target, targetOffset }, i) =>
    side(target, targetOffset, (plan.operands[i] as OperandPlan).targetSpan),
  )
  return hasOut ? [...sources, ...targets] : sources
}

function rememberTensor(
  { data, dtype, layout, shape, strides }: Tensor,
  { buffer, span }: Side,
): KnownTensor {
  const isShared = isSharedBuffer(buffer)
  return { kind: kindOf(data), isShared, dtype, layout, shape, strides, span }
}

function remember(tensors: RotateTensors, planned: PlannedCall, kernel: Kernel): KnownCall {
  const list = listTensors(tensors)
  const hasOut = tensors.out !== undefined
  const sides = sidesOf(planned, hasOut)
  return {
    form: formOf(tensors),
    hasOut,
    tensors: sides.map((side, i) => rememberTensor(list[i] as Tensor, side)),
    relations: sides.flatMap((a, i) => sides.slice(i + 1).map((b) => relationOf(a, b))),
    plan: planned.plan,
    kernel,
  }
}

function copyList<List>(list: List): List {
  return Array.isArray(list)
    ? (Array.from({ length: list.length }, (_, i) => list[i]) as List)
    : list
}

/** What is no record is left to planning to refuse. */
function copyTensor<Given extends Tensor | undefined>(tensor: Given): Given {
  if (!isRecord(tensor)) return tensor
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
  const { q, k, out, inverse } = tensors as RotateTensors
  const copiedOut = isRecord(out) ? { q: copyTensor(out.q), k: copyTensor(out.k) } : out
  return { q: copyTensor(q), k: copyTensor(k), out: copiedOut as RotateTensors['out'], inverse }
}

/** The most recent calls of one rope, newest first. */
export class CallCache {
  #calls: readonly KnownCall[] = []

  /** The prepared call when one like it was remembered; undefined means: plan it. */
  find(tensors: RotateTensors): PreparedCall | undefined {
    if (tensors === null || typeof tensors !== 'object') return undefined
    const form = formOf(tensors)
    const list = listTensors(tensors)
    for (const call of this.#calls) {
      if (call.form !== form || !areAlike(list, call.tensors)) continue
      const places = placesOf(list, call)
      if (places === undefined || !sameRelations(places, call.relations)) continue
      const views = viewsOf(places, call.hasOut)
      if (!reachesMemory(views, call.plan)) continue
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

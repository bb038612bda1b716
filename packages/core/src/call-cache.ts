/**
 * Remembers how recent calls were planned. A model makes the same few calls over and over, with
 * other memory: recognising one costs a few comparisons, planning it anew some microseconds.
 * A call is recognised by content, never by identity, and its memory is checked again each time.
 */
import type { Kernel, Plan, Span, View } from './backend.js'
import type { Elements } from './dtype.js'
import type { Tensor } from './layout/tensor.js'
import type { PlannedCall, RotateTensors } from './plan.js'

/** A call that can be run: its kernel, its plan and its memory. */
export interface PreparedCall {
  readonly plan: Plan
  readonly views: readonly View[]
  readonly kernel: Kernel
}

/** What is remembered of one tensor. Nothing here keeps the caller's memory alive. */
interface KnownTensor {
  readonly kind: unknown
  readonly bufferKind: unknown
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

function isKnown(tensor: Tensor, known: KnownTensor): boolean {
  const { data, offset = 0 } = tensor
  return (
    data.constructor === known.kind &&
    tensor.dtype === known.dtype &&
    tensor.layout === known.layout &&
    sameNumbers(tensor.shape, known.shape) &&
    sameNumbers(tensor.strides, known.strides) &&
    data.buffer.constructor === known.bufferKind &&
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    offset + known.span.low >= 0 &&
    offset + known.span.high < data.length
  )
}

function relationOf(a: Tensor, b: Tensor, bytes: number): Relation {
  if (a.data.buffer !== b.data.buffer) return 'apart'
  return b.data.byteOffset - a.data.byteOffset + ((b.offset ?? 0) - (a.offset ?? 0)) * bytes
}

function sameRelations(tensors: readonly Tensor[], { relations, plan }: KnownCall): boolean {
  const bytes = plan.dtype === 'float64' ? 8 : plan.dtype === 'float32' ? 4 : 2
  let pair = 0
  for (let i = 0; i < tensors.length; i++) {
    for (let j = i + 1; j < tensors.length; j++) {
      if (relationOf(tensors[i] as Tensor, tensors[j] as Tensor, bytes) !== relations[pair++])
        return false
    }
  }
  return true
}

/** 16-bit floats as raw bits; mirrors what planning did the first time. */
function elementsOf(data: Tensor['data']): Elements {
  if (data instanceof Float32Array || data instanceof Uint16Array || data instanceof Float64Array)
    return data
  return new Uint16Array(data.buffer, data.byteOffset, data.length)
}

function viewsOf(tensors: readonly Tensor[], hasOut: boolean): readonly View[] {
  const count = hasOut ? tensors.length / 2 : tensors.length
  const views: View[] = []
  for (let i = 0; i < count; i++) {
    const from = tensors[i] as Tensor
    const to = hasOut ? (tensors[i + count] as Tensor) : from
    const source = elementsOf(from.data)
    const target = hasOut ? elementsOf(to.data) : source
    views.push({ source, sourceOffset: from.offset ?? 0, target, targetOffset: to.offset ?? 0 })
  }
  return views
}

function remember(tensors: RotateTensors, { plan }: PlannedCall, kernel: Kernel): KnownCall {
  const list = listTensors(tensors)
  const hasOut = tensors.out !== undefined
  const count = plan.operands.length
  const bytes = plan.dtype === 'float64' ? 8 : plan.dtype === 'float32' ? 4 : 2
  return {
    form: formOf(tensors),
    hasOut,
    tensors: list.map((tensor, i) => {
      const operand = plan.operands[i % count] as Plan['operands'][number]
      return {
        kind: tensor.data.constructor,
        bufferKind: tensor.data.buffer.constructor,
        dtype: tensor.dtype,
        layout: tensor.layout,
        shape: [...tensor.shape],
        strides: tensor.strides === undefined ? undefined : [...tensor.strides],
        span: i < count ? operand.sourceSpan : operand.targetSpan,
      }
    }),
    relations: list.flatMap((a, i) => list.slice(i + 1).map((b) => relationOf(a, b, bytes))),
    plan,
    kernel,
  }
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
      if (call.form !== form || !this.#matches(list, call)) continue
      return { plan: call.plan, views: viewsOf(list, call.hasOut), kernel: call.kernel }
    }
    return undefined
  }

  #matches(list: readonly Tensor[], call: KnownCall): boolean {
    if (list.length !== call.tensors.length) return false
    for (let i = 0; i < list.length; i++) {
      const tensor = list[i] as Tensor
      // What is no tensor at all is left to planning, which says what is wrong with it.
      if (!ArrayBuffer.isView(tensor?.data) || !Array.isArray(tensor.shape)) return false
      if (!isKnown(tensor, call.tensors[i] as KnownTensor)) return false
    }
    return sameRelations(list, call)
  }

  /** Remembers a call that was planned and whose kernel is ready. */
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

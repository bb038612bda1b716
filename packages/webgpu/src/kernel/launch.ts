/**
 * One dispatch that can be encoded again and again: its shader, its constant numbers, its bind
 * group, and the numbers of the call, of which only those of the rows change.
 */
import type { Plan } from '@rope/core/backend'
import type { Uploaded } from '../device/upload-ring.js'
import { bindPart } from '../plan/bindings.js'
import { geometryOf } from '../plan/geometry.js'
import { SHAPE_BYTES, shapeWords } from '../plan/shape-words.js'
import { type CallField, callFields } from '../shader/call-fields.js'
import { extraBindings } from '../shader/generate.js'
import type { OperandMemory, PartArrangement } from './arrangement.js'
import type { BindGroups } from './bind-groups.js'
import type { Context } from './context.js'
import type { PositionsOnGpu, RowsOnGpu, TableOnGpu } from './on-gpu.js'

/** What all dispatches of a plan share. */
export interface LaunchContext {
  readonly context: Context
  readonly plan: Plan
  readonly table: TableOnGpu | null
  readonly groups: BindGroups
  /** The constant numbers of a part on the GPU; equal ones are uploaded once. */
  readonly shapeOf: (words: Uint32Array<ArrayBuffer>) => Uploaded
}

/** A bound part of a buffer, and the byte at which what matters begins. */
interface Binding {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly size: number
  readonly first: number
}

/** A bind group and what it was made for. */
interface BoundGroup {
  readonly group: GPUBindGroup
  readonly shape: Uploaded
  readonly rows: Binding
  readonly positions: Binding | null
  readonly call: GPUBuffer | null
}

/** Bytes of a call's numbers where they are a uniform. */
const CALL_BYTES = 32

function rangeOf({ buffer, offset, size }: Omit<Binding, 'first'>): GPUBufferBinding {
  return { buffer, offset, size }
}

function sameRange(a: Binding | null, b: Binding | null): boolean {
  if (a === null || b === null) return a === b
  return a.buffer === b.buffer && a.offset === b.offset && a.size === b.size
}

/** The numbers of a call as far as they depend on where its tensors lie. */
function callWords({ shader, bases }: PartArrangement): Uint32Array<ArrayBuffer> {
  const { operands } = shader.spec
  const tensors = new Map<CallField, number>(
    operands.flatMap(({ name }, i): readonly (readonly [CallField, number])[] => [
      [`${name}_source`, bases[i]?.source ?? 0],
      [`${name}_target`, bases[i]?.target ?? 0],
    ]),
  )
  return Uint32Array.from(callFields(shader.spec), (field) => tensors.get(field) ?? 0)
}

/** A dispatch. */
export class Launch {
  readonly #shared: LaunchContext
  readonly #arrangement: PartArrangement
  readonly #shapeWords: Uint32Array<ArrayBuffer>
  readonly #callWords: Uint32Array<ArrayBuffer>
  #shape: Uploaded
  #last: BoundGroup | null = null

  constructor(shared: LaunchContext, arrangement: PartArrangement) {
    const { plan, table, shapeOf } = shared
    const { part, strips, elements, shader } = arrangement
    const { access } = shader.spec
    const geometry = access === 'element' ? geometryOf(plan, access) : null
    this.#shared = shared
    this.#arrangement = arrangement
    this.#shapeWords = shapeWords(plan, part, strips, elements, geometry, table?.rows ?? 0)
    this.#callWords = callWords(arrangement)
    this.#shape = shapeOf(this.#shapeWords)
  }

  /**
   * The same dispatch on the same buffers at other offsets; null where bindings depend on offsets,
   * because buffers are larger than what can be bound.
   */
  movedTo(memory: readonly OperandMemory[]): Launch | null {
    const { bound, elements, part } = this.#arrangement
    const isWhole = bound.ranges.every(
      ({ offset, size, buffer }) => offset === 0 && size > buffer.size - 4,
    )
    if (!isWhole) return null
    const bases = part.slices.map(({ operand }) => {
      const { source, target } = memory[operand] as OperandMemory
      return { source: source / elements, target: target / elements }
    })
    return new Launch(this.#shared, { ...this.#arrangement, bases })
  }

  /** Encodes the dispatch. */
  encode(pass: GPUComputePassEncoder, rows: RowsOnGpu, positions: PositionsOnGpu | null): void {
    const { shader, workgroups } = this.#arrangement
    const rowsPart = this.#bindRows(rows)
    const positionsPart = positions === null ? null : this.#bindPositions(positions)
    this.#writeCall(rows, rowsPart, positions, positionsPart)
    const { calls } = this.#shared.context
    const call = shader.spec.immediates ? null : calls.upload(this.#callWords)
    const group = this.#group(rowsPart, positionsPart, call?.buffer ?? null)
    pass.setPipeline(shader.pipeline())
    if (call === null) {
      pass.setBindGroup(0, group)
      pass.setImmediates?.(0, this.#callWords)
    } else {
      pass.setBindGroup(0, group, [call.byteOffset])
    }
    pass.dispatchWorkgroups(workgroups.x, workgroups.y)
  }

  /** Rows (or the table) as a binding, whole where it fits. */
  #bindRows({ buffer, byteOffset, batchStride }: RowsOnGpu): Binding {
    const { plan, table, context } = this.#shared
    const { batch, tokens } = this.#arrangement.part
    const rowBytes = 8 * plan.pairs
    const skipped = table === null ? batch.first * batchStride + tokens.first : 0
    const rows = table === null ? (batch.count - 1) * batchStride + tokens.count : table.rows
    const first = byteOffset + skipped * rowBytes
    return {
      buffer,
      first,
      ...bindPart(buffer, first, first + rows * rowBytes, context.bindingLimit),
    }
  }

  #bindPositions({ buffer, byteOffset, batchStride }: PositionsOnGpu): Binding {
    const { part, shader } = this.#arrangement
    const { batch, tokens } = part
    const bytes = shader.spec.positions?.dtype === 'int64' ? 8 : 4
    const first = byteOffset + (batch.first * batchStride + tokens.first) * bytes
    const end = first + ((batch.count - 1) * batchStride + tokens.count) * bytes
    return { buffer, first, ...bindPart(buffer, first, end, this.#shared.context.bindingLimit) }
  }

  /** The numbers that depend on rows and positions; they come first, see callFields. */
  #writeCall(
    rows: RowsOnGpu,
    rowsPart: Binding,
    positions: PositionsOnGpu | null,
    positionsPart: Binding | null,
  ): void {
    this.#callWords[0] = (rowsPart.first - rowsPart.offset) / (4 * this.#arrangement.rowLanes)
    this.#callWords[1] = positions?.batchStride ?? rows.batchStride
    if (positionsPart === null) return
    this.#callWords[2] = (positionsPart.first - positionsPart.offset) / 4
  }

  #group(rows: Binding, positions: Binding | null, call: GPUBuffer | null): GPUBindGroup {
    const { context, shapeOf } = this.#shared
    if (!context.shapes.holds(this.#shape)) this.#shape = shapeOf(this.#shapeWords)
    const last = this.#last
    if (
      last !== null &&
      last.shape === this.#shape &&
      last.call === call &&
      sameRange(last.rows, rows) &&
      sameRange(last.positions, positions)
    ) {
      return last.group
    }
    const group = this.#findGroup(rows, positions, call)
    this.#last = { group, shape: this.#shape, rows, positions, call }
    return group
  }

  #findGroup(rows: Binding, positions: Binding | null, call: GPUBuffer | null): GPUBindGroup {
    const { groups } = this.#shared
    const { ranges } = this.#arrangement.bound
    const parts = [rows, ...ranges, ...(positions === null ? [] : [positions])]
    const buffers = [
      this.#shape.buffer,
      ...parts.map(({ buffer }) => buffer),
      ...(call === null ? [] : [call]),
    ]
    const key = parts.map(({ offset, size }) => `${offset}+${size}`).join()
    return groups.get(buffers, `${this.#shape.byteOffset} ${key}`, () =>
      this.#createGroup(rows, positions, call),
    )
  }

  #createGroup(rows: Binding, positions: Binding | null, call: GPUBuffer | null): GPUBindGroup {
    const { context, table } = this.#shared
    const { shader, bound } = this.#arrangement
    const extra = extraBindings(shader.spec)
    const { buffer, byteOffset } = this.#shape
    const bindings: readonly (readonly [number, GPUBufferBinding])[] = [
      [0, { buffer, offset: byteOffset, size: SHAPE_BYTES }],
      [1, rangeOf(rows)],
      ...bound.ranges.map((range, i) => [i + 2, rangeOf(range)] as const),
      ...(positions === null || table === null
        ? []
        : [
            [extra.positions, rangeOf(positions)] as const,
            [extra.status, { buffer: table.status }] as const,
          ]),
      ...(call === null ? [] : [[extra.call, { buffer: call, size: CALL_BYTES }] as const]),
    ]
    return context.device.createBindGroup({
      label: '@rope/webgpu',
      layout: shader.bindGroupLayout,
      entries: bindings.map(([binding, resource]) => ({ binding, resource })),
    })
  }
}

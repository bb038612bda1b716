/**
 * Encodes the dispatches of a plan into a pass. Everything that costs time is remembered: how the
 * plan lies on memory that was seen before, the shader's constant numbers, bind groups.
 */
import type { Plan } from '@rope/core'
import type { Uploaded } from '../device/upload-ring.js'
import { bindPart } from '../plan/bindings.js'
import { geometryOf } from '../plan/geometry.js'
import { SHAPE_BYTES, shapeWords } from '../plan/shape-words.js'
import { callFields } from '../shader/call-fields.js'
import { extraBindings } from '../shader/generate.js'
import type { Access, PositionsSpec } from '../shader/spec.js'
import type { GpuBuffer, GpuBufferBinding, GpuComputePass, GpuObject } from '../webgpu-types.js'
import { arrange, type OperandMemory, type PartArrangement } from './arrangement.js'
import { BindGroups } from './bind-groups.js'
import type { Context } from './context.js'

/** Rows of cos and sin on the GPU: `2 * pairs` float32 values each, cos before sin. */
export interface RowsOnGpu {
  readonly buffer: GpuBuffer
  readonly byteOffset: number
  /** Rows from one batch entry to the next. */
  readonly batchStride: number
}

/** Ids on the GPU that pick rows. */
export interface PositionsOnGpu {
  readonly buffer: GpuBuffer
  readonly byteOffset: number
  /** Ids from one batch entry to the next. */
  readonly batchStride: number
}

/** The table that GPU positions pick from, and where ids outside it are counted. */
export interface TableOnGpu {
  readonly spec: PositionsSpec
  readonly rows: number
  readonly status: GpuBuffer
}

/** A part with its constant numbers on the GPU. */
interface PartLaunch {
  readonly arrangement: PartArrangement
  readonly words: Uint32Array<ArrayBuffer>
  shape: Uploaded
}

/** Arrangements that are kept for one buffer. */
const KEPT_LAUNCHES = 64

/** Bytes of a call's numbers where they are a uniform. */
const CALL_BYTES = 32

let buffersSeen = 0
const BUFFER_IDS = new WeakMap<GpuBuffer, number>()

function idOf(buffer: GpuBuffer): number {
  const known = BUFFER_IDS.get(buffer)
  if (known !== undefined) return known
  buffersSeen += 1
  BUFFER_IDS.set(buffer, buffersSeen)
  return buffersSeen
}

function memoryKey(memory: readonly OperandMemory[]): string {
  let key = ''
  for (const { source, sourceBuffer, target, targetBuffer } of memory) {
    key += `${idOf(sourceBuffer)}:${source},${idOf(targetBuffer)}:${target};`
  }
  return key
}

/** Encodes a plan. */
export class Launcher {
  readonly #context: Context
  readonly #plan: Plan
  readonly #table: TableOnGpu | null
  readonly #groups = new BindGroups()
  readonly #shapes = new Map<string, Uploaded>()
  readonly #launches = new WeakMap<GpuBuffer, Map<string, readonly PartLaunch[]>>()

  constructor(context: Context, plan: Plan, table: TableOnGpu | null) {
    this.#context = context
    this.#plan = plan
    this.#table = table
  }

  /** Compiles in the background what a call on such memory needs. */
  async prepare(memory: readonly OperandMemory[]): Promise<void> {
    const { parts } = arrange(this.#context, this.#plan, memory, this.#table?.spec ?? null)
    await Promise.all(parts.map(({ shader }) => shader.prepare()))
  }

  /**
   * Encodes the dispatches of a call; sets the pass's pipeline and bind group 0.
   *
   * @param positions exactly when the launcher has a table, whose rows are then `rows`
   */
  encode(
    pass: GpuComputePass,
    memory: readonly OperandMemory[],
    rows: RowsOnGpu,
    positions: PositionsOnGpu | null,
  ): void {
    for (const part of this.#launchFor(memory)) this.#encodePart(pass, part, rows, positions)
  }

  /** True when a call on this very memory has been encoded before. */
  knows(memory: readonly OperandMemory[]): boolean {
    const [first] = memory
    if (first === undefined) return false
    return this.#launches.get(first.sourceBuffer)?.has(memoryKey(memory)) === true
  }

  #launchFor(memory: readonly OperandMemory[]): readonly PartLaunch[] {
    const [first] = memory
    if (first === undefined) return []
    const key = memoryKey(memory)
    let launches = this.#launches.get(first.sourceBuffer)
    const known = launches?.get(key)
    if (known !== undefined) return known
    if (launches === undefined || launches.size >= KEPT_LAUNCHES) {
      launches = new Map()
      this.#launches.set(first.sourceBuffer, launches)
    }
    const { parts, access } = arrange(this.#context, this.#plan, memory, this.#table?.spec ?? null)
    const launch = parts.map((part) => this.#upload(part, access))
    launches.set(key, launch)
    return launch
  }

  /** The constant numbers of a part; many arrangements share them. */
  #upload(arrangement: PartArrangement, access: Access): PartLaunch {
    const { part, strips, elements } = arrangement
    const geometry = access === 'element' ? geometryOf(this.#plan, access) : null
    const words = shapeWords(this.#plan, part, strips, elements, geometry, this.#table?.rows ?? 0)
    return { arrangement, words, shape: this.#shapeOf(words) }
  }

  #shapeOf(words: Uint32Array<ArrayBuffer>): Uploaded {
    const key = words.join()
    const known = this.#shapes.get(key)
    if (known !== undefined && this.#context.shapes.holds(known)) return known
    if (this.#shapes.size >= KEPT_LAUNCHES) this.#shapes.clear()
    const shape = this.#context.shapes.upload(words)
    this.#shapes.set(key, shape)
    return shape
  }

  #encodePart(
    pass: GpuComputePass,
    launch: PartLaunch,
    rows: RowsOnGpu,
    positions: PositionsOnGpu | null,
  ): void {
    const { arrangement } = launch
    const { shader, workgroups } = arrangement
    if (!this.#context.shapes.holds(launch.shape)) launch.shape = this.#shapeOf(launch.words)
    const { shape } = launch
    const rowsPart = this.#bindRows(arrangement, rows)
    const positionsPart = positions === null ? null : this.#bindPositions(arrangement, positions)
    const words = this.#callWords(arrangement, rows, rowsPart, positions, positionsPart)
    const immediates = shader.spec.immediates && pass.setImmediates !== undefined
    const call = immediates ? null : this.#context.calls.upload(words)
    const group = this.#bindGroup(arrangement, shape, rowsPart, positionsPart, call?.buffer ?? null)
    pass.setPipeline(shader.pipeline())
    if (call === null) {
      pass.setBindGroup(0, group)
      pass.setImmediates?.(0, words)
    } else {
      pass.setBindGroup(0, group, [call.byteOffset])
    }
    pass.dispatchWorkgroups(workgroups.x, workgroups.y)
  }

  /** Rows (or the table) as a binding, whole where it fits. */
  #bindRows(arrangement: PartArrangement, { buffer, byteOffset, batchStride }: RowsOnGpu): Binding {
    const rowBytes = 8 * this.#plan.pairs
    const { batch, tokens } = arrangement.part
    if (this.#table !== null) {
      const end = byteOffset + this.#table.rows * rowBytes
      return {
        buffer,
        first: byteOffset,
        ...bindPart(buffer, byteOffset, end, this.#context.bindingLimit),
      }
    }
    const first = byteOffset + (batch.first * batchStride + tokens.first) * rowBytes
    const end = first + ((batch.count - 1) * batchStride + tokens.count) * rowBytes
    return { buffer, first, ...bindPart(buffer, first, end, this.#context.bindingLimit) }
  }

  #bindPositions(
    { part: { batch, tokens }, shader }: PartArrangement,
    { buffer, byteOffset, batchStride }: PositionsOnGpu,
  ): Binding {
    const bytes = shader.spec.positions?.dtype === 'int64' ? 8 : 4
    const first = byteOffset + (batch.first * batchStride + tokens.first) * bytes
    const end = first + ((batch.count - 1) * batchStride + tokens.count) * bytes
    return { buffer, first, ...bindPart(buffer, first, end, this.#context.bindingLimit) }
  }

  #callWords(
    { shader: { spec }, bases, rowLanes }: PartArrangement,
    rows: RowsOnGpu,
    rowsPart: Binding,
    positions: PositionsOnGpu | null,
    positionsPart: Binding | null,
  ): Uint32Array<ArrayBuffer> {
    const base = (name: 'q' | 'k'): PartArrangement['bases'][number] => {
      const index = spec.operands.findIndex((operand) => operand.name === name)
      return bases[index] ?? { source: 0, target: 0 }
    }
    const values = {
      rows: (rowsPart.first - rowsPart.offset) / (4 * rowLanes),
      batch_stride: positions?.batchStride ?? rows.batchStride,
      positions: positionsPart === null ? 0 : (positionsPart.first - positionsPart.offset) / 4,
      q_source: base('q').source,
      q_target: base('q').target,
      k_source: base('k').source,
      k_target: base('k').target,
    }
    return Uint32Array.from(callFields(spec), (field) => values[field])
  }

  #bindGroup(
    { shader, bound }: PartArrangement,
    shape: Uploaded,
    rows: Binding,
    positions: Binding | null,
    call: GpuBuffer | null,
  ): GpuObject {
    const { ranges } = bound
    const extra = extraBindings(shader.spec)
    const create = (): GpuObject => {
      const bindings: readonly (readonly [number, GpuBufferBinding])[] = [
        [0, { buffer: shape.buffer, offset: shape.byteOffset, size: SHAPE_BYTES }],
        [1, rangeOf(rows)],
        ...ranges.map((range, i) => [i + 2, rangeOf(range)] as const),
        ...(positions === null || this.#table === null
          ? []
          : [
              [extra.positions, rangeOf(positions)] as const,
              [extra.status, { buffer: this.#table.status }] as const,
            ]),
        ...(call === null ? [] : [[extra.call, { buffer: call, size: CALL_BYTES }] as const]),
      ]
      return this.#context.device.createBindGroup({
        label: '@rope/webgpu',
        layout: shader.bindGroupLayout,
        entries: bindings.map(([binding, resource]) => ({ binding, resource })),
      })
    }
    const buffers = [
      shape.buffer,
      rows.buffer,
      ...ranges.map(({ buffer }) => buffer),
      ...(positions === null ? [] : [positions.buffer]),
      ...(call === null ? [] : [call]),
    ]
    const key = [rows, ...ranges, ...(positions === null ? [] : [positions])]
      .map(({ offset, size }) => `${offset}+${size}`)
      .join()
    return this.#groups.get(buffers, `${shape.byteOffset} ${key}`, create)
  }
}

/** A bound part of a buffer, and the byte at which what matters begins. */
interface Binding {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly size: number
  readonly first: number
}

function rangeOf({
  buffer,
  offset,
  size,
}: {
  readonly buffer: GpuBuffer
  readonly offset: number
  readonly size: number
}): GpuBufferBinding {
  return { buffer, offset, size }
}

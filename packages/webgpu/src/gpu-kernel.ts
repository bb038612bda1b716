/**
 * The three levels of a call on the GPU: prepared once, then encoded into passes of the caller's, or
 * run on typed arrays.
 */

import { type Positions, type RopeConfig, RopeError } from '@rope/core'
import {
  bytesPerElement,
  isRecord,
  type Kernel,
  makePlan,
  type Plan,
  planKey,
  type Span,
} from '@rope/core/backend'
import {
  type ArrayCall,
  type GpuCall,
  type GpuCallShape,
  type GpuPositions,
  memoryOf,
  mergeCall,
  operandNames,
  planCall,
} from './gpu-call.js'
import {
  forgetRotation,
  type GpuRotation,
  registerRotation,
  rowsOfRotation,
} from './gpu-rotation.js'
import { reachable, storageBuffer } from './gpu-tensor.js'
import type { BufferHandle, EncoderHandle, PassHandle } from './handles.js'
import type { OperandMemory } from './kernel/arrangement.js'
import { createArrayKernel } from './kernel/array-kernel.js'
import type { ConfigRows, Table } from './kernel/config-rows.js'
import type { Context } from './kernel/context.js'
import { Launcher } from './kernel/launcher.js'
import type { PositionsOnGpu, RowsOnGpu, TableOnGpu } from './kernel/on-gpu.js'
import type { StatusWord } from './kernel/status-word.js'

/** A prepared call. */
export interface GpuKernel {
  readonly plan: Plan
  /**
   * Encodes a call: one dispatch for q and k together. Never submits, maps or waits; sets the
   * pipeline and bind group 0 of an open pass. Submit before thousands of calls with other
   * positions are encoded, or keep rotations of your own.
   *
   * @param target an open compute pass, or an encoder, in which a pass is begun and ended
   * @throws RopeError INVALID_TENSOR, ALIASING or INVALID_POSITIONS, naming the argument; nothing
   *   has been encoded then
   * @throws RopeError BACKEND_FAILED when the device is lost
   */
  encode(target: PassHandle | EncoderHandle, call: GpuCall): void
  /** Runs the call on typed arrays: uploads, rotates, and copies back once all has gone well. */
  run(call: ArrayCall): Promise<void>
  /** Uploads rows that serve many calls; the caller destroys them. */
  createRotation(positions: Positions): GpuRotation
  /**
   * How many tokens had an id outside the table, in a GPUBuffer of one u32 with usage COPY_SRC;
   * null without a table.
   */
  readonly status: BufferHandle | null
  /** Reads the status; counts from the last reset on. Only submitted calls have counted. */
  readStatus(): Promise<number>
  /** Sets the status to 0, in the order of the queue. */
  resetStatus(): void
  /** Frees what belongs to this kernel. */
  dispose(): void
}

interface Prepared {
  readonly config: RopeConfig
  readonly call: GpuCallShape
  readonly plan: Plan
  readonly rows: ConfigRows
  /** The table for positions on the GPU, if asked for. */
  readonly table: (Table & { readonly status: StatusWord }) | null
}

function invalid(
  code: 'INVALID_POSITIONS' | 'INVALID_TENSOR',
  field: string,
  message: string,
): never {
  throw new RopeError(code, `${field} ${message}`, { field })
}

function isGpuPositions(positions: unknown): positions is GpuPositions {
  return (
    typeof positions === 'object' &&
    positions !== null &&
    'buffer' in positions &&
    'shape' in positions
  )
}

function isEmpty({ batch, tokens, operands }: Plan): boolean {
  return batch * tokens === 0 || operands.every(({ heads }) => heads === 0)
}

class PreparedKernel implements GpuKernel {
  readonly plan: Plan
  readonly #context: Context
  readonly #prepared: Prepared
  readonly #names: readonly ('q' | 'k')[]
  readonly #launcher: Launcher
  readonly #tableLauncher: Launcher | null
  readonly #arrays = new Map<string, Kernel>()
  #disposed = false

  constructor(context: Context, prepared: Prepared) {
    const { plan, call, table } = prepared
    this.plan = plan
    this.#context = context
    this.#prepared = prepared
    this.#names = operandNames(call)
    this.#launcher = new Launcher(context, plan, null)
    const onGpu: TableOnGpu | null =
      table === null || call.table === undefined
        ? null
        : {
            spec: { dtype: call.table.dtype ?? 'int32', outOfRange: call.table.outOfRange },
            rows: call.table.rows,
            status: table.status.buffer,
          }
    this.#tableLauncher = onGpu === null ? null : new Launcher(context, plan, onGpu)
  }

  get status(): BufferHandle | null {
    return this.#prepared.table?.status.buffer ?? null
  }

  /** Compiles the shaders of the call, on the buffers it was prepared with or ones like them. */
  async compile(): Promise<void> {
    await this.#prepared.table?.made
    if (isEmpty(this.plan)) return
    const memory = this.#expectedMemory()
    await Promise.all([this.#launcher.prepare(memory), this.#tableLauncher?.prepare(memory)])
  }

  /** Where the call will lie, as far as is known: tensors without a buffer get one each. */
  #expectedMemory(): readonly OperandMemory[] {
    const bytes = bytesPerElement(this.plan.dtype)
    const { call } = this.#prepared
    const place = (
      tensor: GpuCallShape['q'],
    ): { readonly buffer: GPUBuffer; readonly offset: number } => ({
      buffer: (tensor?.buffer ?? { size: 0 }) as unknown as GPUBuffer,
      offset: (tensor?.byteOffset ?? 0) / bytes,
    })
    return this.#names.map((name) => {
      const source = place(call[name])
      const target = call.out === undefined ? source : place(call.out[name])
      return {
        source: source.offset,
        sourceBuffer: source.buffer,
        target: target.offset,
        targetBuffer: target.buffer,
      }
    })
  }

  encode(target: PassHandle | EncoderHandle, call: GpuCall): void {
    this.#checkAlive()
    const open = checkTarget(target)
    const memory = this.#checkMemory(call)
    const { launcher, rows, positions } = this.#source(call, memory)
    if (isEmpty(this.plan)) return
    if ('dispatchWorkgroups' in open) {
      launcher.encode(open, memory, rows, positions)
      return
    }
    const pass = open.beginComputePass({ label: '@rope/webgpu' })
    try {
      launcher.encode(pass, memory, rows, positions)
    } finally {
      pass.end()
    }
  }

  /** Where the operands lie, validated. */
  #checkMemory(call: GpuCall): readonly OperandMemory[] {
    const { config, call: prepared } = this.#prepared
    if (isRecord(call) && this.#isPlain(call)) {
      const memory = memoryOf(this.plan, this.#names, call)
      if (this.#isKnown(memory) || liesApart(this.plan, memory)) return memory
    }
    const merged = mergeCall(prepared, call)
    planCall(config, merged)
    return memoryOf(this.plan, this.#names, merged as Pick<GpuCall, 'q' | 'k' | 'out'>)
  }

  /** True for a call of the prepared tensors of which nothing but their places is given. */
  #isPlain(call: GpuCall): boolean {
    const { call: prepared } = this.#prepared
    return NAMES.every((name) => {
      const isPrepared = prepared[name] !== undefined
      return (
        isPlainTensor(call[name], isPrepared) &&
        isPlainTensor(call.out?.[name], isPrepared && prepared.out !== undefined)
      )
    })
  }

  /** True when the very same memory was validated before. */
  #isKnown(memory: readonly OperandMemory[]): boolean {
    return this.#launcher.knows(memory) || this.#tableLauncher?.knows(memory) === true
  }

  #source(
    { positions, rotation, shift }: GpuCall,
    memory: readonly OperandMemory[],
  ): {
    readonly launcher: Launcher
    readonly rows: RowsOnGpu
    readonly positions: PositionsOnGpu | null
  } {
    const given = [positions, rotation, shift].filter((one) => one !== undefined).length
    if (given !== 1) {
      return invalid(
        'INVALID_POSITIONS',
        'positions',
        `must be given, or else one of rotation and shift; ${given} of the three were`,
      )
    }
    if (rotation !== undefined) {
      return { launcher: this.#launcher, rows: this.#rotationRows(rotation), positions: null }
    }
    if (isGpuPositions(positions)) return this.#tableSource(positions, memory)
    const { rows } = this.#prepared
    const isShift = shift !== undefined
    const uploaded = rows.upload((isShift ? shift : positions) as Positions, this.plan, isShift)
    return { launcher: this.#launcher, rows: uploaded, positions: null }
  }

  #rotationRows(rotation: GpuRotation): RowsOnGpu {
    const rows = rowsOfRotation(rotation)
    if (rows === undefined) {
      return invalid(
        'INVALID_POSITIONS',
        'rotation',
        'is none of createRotation(), or was destroyed',
      )
    }
    const { batch, tokens, pairs } = this.plan
    const needed = (batch - 1) * rotation.batchStride + tokens
    if (rotation.pairs !== pairs || rotation.rows < needed) {
      return invalid(
        'INVALID_POSITIONS',
        'rotation',
        `has ${rotation.rows} rows of ${rotation.pairs} pairs; the call needs ${needed} rows of ${pairs}`,
      )
    }
    return rows
  }

  #tableSource(
    given: GpuPositions,
    memory: readonly OperandMemory[],
  ): { readonly launcher: Launcher; readonly rows: RowsOnGpu; readonly positions: PositionsOnGpu } {
    const { table, call } = this.#prepared
    if (table === null || this.#tableLauncher === null) {
      return invalid(
        'INVALID_POSITIONS',
        'positions',
        'live on the GPU, but the kernel has no table; prepare it with { table: { rows, outOfRange } }',
      )
    }
    const positions = checkGpuPositions(given, this.plan, call.table?.dtype === 'int64' ? 8 : 4)
    const isWritten = memory.some(({ targetBuffer }) => targetBuffer === positions.buffer)
    if (isWritten) {
      throw new RopeError(
        'ALIASING',
        'positions lie in a buffer that the call writes to, which WebGPU does not allow; keep them in a buffer of their own',
        { field: 'positions' },
      )
    }
    const rows = { buffer: table.buffer, byteOffset: 0, batchStride: 0 }
    return { launcher: this.#tableLauncher, rows, positions }
  }

  async run({ positions, ...tensors }: ArrayCall): Promise<void> {
    this.#checkAlive()
    const { config, call, rows } = this.#prepared
    const inverse = tensors.inverse ?? call.inverse
    const { plan, views } = makePlan(
      config,
      inverse === undefined ? tensors : { ...tensors, inverse },
      call.layout,
    )
    checkSameCall(this.plan, plan)
    const key = planKey(plan)
    const kernel = this.#arrays.get(key) ?? createArrayKernel(this.#context, plan)
    this.#arrays.set(key, kernel)
    await kernel.run({ views, rotation: rows.rotation(positions, plan, false) })
  }

  createRotation(positions: Positions): GpuRotation {
    this.#checkAlive()
    const { rows } = this.#prepared
    const rotation = rows.rotation(positions, this.plan, false)
    const buffer = rows.store(rotation, '@rope/webgpu rotation')
    const { pairs, batchStride } = rotation
    const handle: GpuRotation = {
      pairs,
      rows: rotation.rows,
      batchStride,
      destroy() {
        forgetRotation(handle)
        buffer.destroy()
      },
    }
    return registerRotation(handle, { buffer, byteOffset: 0, batchStride })
  }

  async readStatus(): Promise<number> {
    this.#checkAlive()
    return (await this.#prepared.table?.status.read()) ?? 0
  }

  resetStatus(): void {
    this.#checkAlive()
    this.#prepared.table?.status.reset()
  }

  #checkAlive(): void {
    this.#context.checkAlive()
    if (!this.#disposed) return
    throw new RopeError('DISPOSED', 'this kernel has been disposed of; prepare a new one')
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#prepared.table?.status.dispose()
    this.#arrays.clear()
  }
}

const NAMES = ['q', 'k'] as const

/** True when nothing but the place is given of a tensor that is wanted, and nothing of another. */
function isPlainTensor(tensor: GpuCall['q'], wanted: boolean): boolean {
  if (!wanted) return tensor === undefined
  if (typeof tensor !== 'object' || tensor === null) return false
  const { shape, layout, strides, dtype } = tensor
  return shape === undefined && layout === undefined && strides === undefined && dtype === undefined
}

/**
 * True when all is well without asking core: every tensor lies within a buffer of its own. This is
 * the way of a key cache, whose offset is another one in each step.
 */
function liesApart({ operands, inPlace, dtype }: Plan, memory: readonly OperandMemory[]): boolean {
  const bytes = bytesPerElement(dtype)
  const buffers = memory.flatMap(({ sourceBuffer, targetBuffer }) =>
    inPlace ? [sourceBuffer] : [sourceBuffer, targetBuffer],
  )
  if (new Set(buffers).size < buffers.length) return false
  const fits = (buffer: GPUBuffer, offset: number, { low, high }: Span): boolean =>
    offset + low >= 0 && offset + high < reachable(buffer.size, bytes)
  return operands.every(({ sourceSpan, targetSpan }, i) => {
    const { source, sourceBuffer, target, targetBuffer } = memory[i] as OperandMemory
    return fits(sourceBuffer, source, sourceSpan) && fits(targetBuffer, target, targetSpan)
  })
}

function checkTarget(target: unknown): GPUComputePassEncoder | GPUCommandEncoder {
  const isObject = typeof target === 'object' && target !== null
  if (isObject && ('dispatchWorkgroups' in target || 'beginComputePass' in target)) {
    return target as GPUComputePassEncoder | GPUCommandEncoder
  }
  throw new RopeError(
    'INVALID_OPTION',
    'target is neither a GPUComputePassEncoder nor a GPUCommandEncoder; give one of the two',
    { field: 'target' },
  )
}

function checkGpuPositions(
  { buffer, byteOffset = 0, shape }: GpuPositions,
  { batch, tokens }: Plan,
  bytes: 4 | 8,
): PositionsOnGpu {
  const given = storageBuffer(buffer, 'positions')
  const sizes = JSON.stringify(shape)
  const perBatch = sizes === `[${batch},${tokens}]`
  if (!perBatch && sizes !== `[${tokens}]`) {
    return invalid(
      'INVALID_POSITIONS',
      'positions.shape',
      `is ${sizes}; accepted: [${tokens}] (shared) or [${batch}, ${tokens}] (batch, tokens)`,
    )
  }
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset % 4 !== 0) {
    return invalid(
      'INVALID_POSITIONS',
      'positions.byteOffset',
      `is ${byteOffset}; accepted: a multiple of 4, 0 or more`,
    )
  }
  const end = byteOffset + (perBatch ? batch : 1) * tokens * bytes
  if (end > given.size) {
    return invalid(
      'INVALID_POSITIONS',
      'positions.buffer',
      `has ${given.size} bytes, but the ids end at byte ${end}; give a larger buffer`,
    )
  }
  return { buffer: given, byteOffset, batchStride: perBatch ? tokens : 0 }
}

/** Arrays may be strided in another way than the prepared tensors, but must be the same call. */
function checkSameCall(prepared: Plan, given: Plan): void {
  for (const key of ['dtype', 'batch', 'tokens', 'direction', 'inPlace'] as const) {
    if (prepared[key] === given[key]) continue
    invalid(
      'INVALID_TENSOR',
      key,
      `is ${given[key]}, but the kernel was prepared for ${prepared[key]}`,
    )
  }
  const heads = ({ operands }: Plan): string =>
    operands.map((operand) => operand.heads).join(' and ')
  if (heads(prepared) === heads(given)) return
  invalid(
    'INVALID_TENSOR',
    'heads',
    `are ${heads(given)}, but the kernel was prepared for ${heads(prepared)}`,
  )
}

/** The kernel of a call that has been validated; its shaders are compiled by `compile`. */
export function createPreparedKernel(
  context: Context,
  prepared: Prepared,
): GpuKernel & { compile(): Promise<void> } {
  return new PreparedKernel(context, prepared)
}

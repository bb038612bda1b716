/**
 * Calls on GPU buffers as data: what is prepared, and what is given each time. Types, and the
 * checks that core's validation does not make because they are about buffers.
 */

import type { Layout, Positions, RopeConfig, RotateTensors } from '@rope/core'
import {
  type MemoryTensor,
  makeMemoryPlan,
  type Plan,
  rejectBecause,
  show,
} from '@rope/core/backend'
import type { GpuRotation } from './gpu-rotation.js'
import {
  checkObject,
  elementOffset,
  type GpuTensor,
  type GpuTensorShape,
  memoryTensor,
  storageBuffer,
} from './gpu-tensor.js'
import type { BufferHandle } from './handles.js'
import type { OperandMemory } from './kernel/arrangement.js'

/** A table of rows for positions that live on the GPU. */
export interface TableOptions {
  /** Rows of the table: ids from 0 to `rows - 1` are in it. */
  readonly rows: number
  /**
   * What becomes of a token whose id is not in the table: `skip` leaves it unrotated, `clamp` takes
   * the nearest row. Either way it is counted in the kernel's status.
   */
  readonly outOfRange: 'skip' | 'clamp'
  /** The type of the ids; int32 when absent. */
  readonly dtype?: 'int32' | 'uint32' | 'int64' | undefined
}

/** A call to prepare: tensors by their looks. At least one of q and k. */
export interface GpuCallShape {
  readonly q?: GpuTensorShape | undefined
  readonly k?: GpuTensorShape | undefined
  /** Where to write instead; without it q and k are rotated in place. */
  readonly out?: { readonly q?: GpuTensorShape; readonly k?: GpuTensorShape } | undefined
  /** Rotates back by the same angles. */
  readonly inverse?: boolean | undefined
  /** The layout of tensors that state none. */
  readonly layout?: Layout | undefined
  /** Needed for positions that live on the GPU. */
  readonly table?: TableOptions | undefined
}

/** Ids in a GPUBuffer with usage STORAGE. */
export interface GpuPositions {
  readonly buffer: BufferHandle
  /** Where the ids begin, in bytes: a multiple of 4; 0 when absent. */
  readonly byteOffset?: number | undefined
  /** [tokens], shared by all batch entries, or [batch, tokens]. */
  readonly shape: readonly number[]
}

/** A call on GPU buffers. Exactly one of positions, rotation and shift. */
export interface GpuCall {
  readonly q?: GpuTensor | undefined
  readonly k?: GpuTensor | undefined
  readonly out?: { readonly q?: GpuTensor; readonly k?: GpuTensor } | undefined
  /** Where the tokens stand; on the GPU when the kernel was prepared with a table. */
  readonly positions?: Positions | GpuPositions | undefined
  /** Rows that were uploaded before. */
  readonly rotation?: GpuRotation | undefined
  /** Moves rotated keys by so many positions; the attention factor is not applied again. */
  readonly shift?: Positions | undefined
}

/** A call on typed arrays. */
export interface ArrayCall extends RotateTensors {
  readonly positions: Positions
}

const NAMES = ['q', 'k'] as const

const CALL = '{ q, k } or one of them'

type Name = (typeof NAMES)[number]

function shapesOf<Given, Result>(
  given: { readonly q?: Given | undefined; readonly k?: Given | undefined },
  prefix: string,
  convert: (tensor: Given, field: string) => Result,
): { readonly [name in Name]?: Result } {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const tensor = given[name]
      return tensor === undefined ? [] : [[name, convert(tensor, `${prefix}${name}`)]]
    }),
  )
}

/**
 * The plan of a call, by core's rules.
 *
 * @throws RopeError INVALID_TENSOR or ALIASING, naming the tensor
 */
export function planCall(config: RopeConfig, call: GpuCallShape): Plan {
  checkObject(call, 'call', CALL)
  const { out, inverse, layout } = call
  const convert = (tensor: GpuTensorShape, field: string): MemoryTensor =>
    memoryTensor(tensor, field)
  return makeMemoryPlan(
    config,
    {
      ...shapesOf(call, '', convert),
      ...(out === undefined ? {} : { out: shapesOf(out, 'out.', convert) }),
      ...(inverse === undefined ? {} : { inverse }),
    },
    layout,
  )
}

/** The names of the tensors of a call, in the order of the plan's operands. */
export function operandNames(call: GpuCallShape): readonly Name[] {
  return NAMES.filter((name) => call[name] !== undefined)
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A tensor as it was prepared, with what is given now. */
function merge(
  prepared: GpuTensorShape | undefined,
  tensor: GpuTensor | undefined,
  field: string,
): GpuTensorShape & { readonly buffer: BufferHandle } {
  if (prepared === undefined) {
    return rejectBecause(
      'INVALID_TENSOR',
      field,
      'was not prepared; prepare a kernel for a call that has it',
    )
  }
  checkObject(tensor, field, '{ buffer }, since the kernel was prepared for it')
  const given = tensor as GpuTensor
  for (const key of ['shape', 'layout', 'strides', 'dtype'] as const) {
    if (given[key] === undefined || same(given[key], prepared[key])) continue
    const kept = `the kernel was prepared for ${JSON.stringify(prepared[key]) ?? 'none'}`
    rejectBecause(
      'INVALID_TENSOR',
      `${field}.${key}`,
      `is ${JSON.stringify(given[key])}, but ${kept}`,
    )
  }
  return { ...prepared, buffer: given.buffer, byteOffset: given.byteOffset }
}

/** A call with the tensors as they were prepared, in the buffers that are given now. */
export function mergeCall(prepared: GpuCallShape, given: GpuCall): GpuCallShape {
  checkObject(given, 'call', CALL)
  const merged = (
    shapes: { readonly q?: GpuTensorShape | undefined; readonly k?: GpuTensorShape | undefined },
    tensors: { readonly q?: GpuTensor | undefined; readonly k?: GpuTensor | undefined },
    prefix: string,
  ): { readonly [name in Name]?: GpuTensorShape } =>
    Object.fromEntries(
      NAMES.flatMap((name) =>
        shapes[name] === undefined && tensors[name] === undefined
          ? []
          : [[name, merge(shapes[name], tensors[name], `${prefix}${name}`)]],
      ),
    )
  const isEither = prepared.out !== undefined || given.out !== undefined
  return {
    ...prepared,
    ...merged(prepared, given, ''),
    ...(isEither ? { out: merged(prepared.out ?? {}, given.out ?? {}, 'out.') } : {}),
  }
}

function place(
  tensor: GpuTensor | GpuTensorShape | undefined,
  { dtype }: Plan,
  field: string,
): { readonly buffer: GPUBuffer; readonly offset: number } {
  return {
    buffer: storageBuffer(tensor?.buffer, field),
    offset: elementOffset(tensor?.byteOffset, dtype, field),
  }
}

/** Where the operands of a call lie. */
export function memoryOf(
  plan: Plan,
  names: readonly Name[],
  call: Pick<GpuCall, 'q' | 'k' | 'out'>,
): readonly OperandMemory[] {
  return names.map((name) => {
    const source = place(call[name], plan, name)
    const target = call.out === undefined ? source : place(call.out[name], plan, `out.${name}`)
    return {
      source: source.offset,
      sourceBuffer: source.buffer,
      target: target.offset,
      targetBuffer: target.buffer,
    }
  })
}

/** Checks the options of a table. */
export function checkTable({ rows, outOfRange, dtype }: TableOptions): void {
  if (!Number.isSafeInteger(rows) || rows < 1) {
    rejectBecause(
      'INVALID_OPTION',
      'table.rows',
      `is ${show(rows)}; accepted: a whole number, 1 or more`,
    )
  }
  if (outOfRange !== 'skip' && outOfRange !== 'clamp') {
    rejectBecause(
      'INVALID_OPTION',
      'table.outOfRange',
      `is ${show(outOfRange)}; accepted: skip, clamp`,
    )
  }
  if (dtype !== undefined && !['int32', 'uint32', 'int64'].includes(dtype)) {
    rejectBecause(
      'INVALID_OPTION',
      'table.dtype',
      `is ${show(dtype)}; accepted: int32, uint32, int64`,
    )
  }
}

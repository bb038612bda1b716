/**
 * The backend contract: types only, nothing here runs.
 * A backend rotates. It never sees a schedule or a position, only a plan (numbers), views
 * (memory) and a rotation (cos and sin rows). Everything has been validated before it is called.
 */
import type { DType, Elements } from '../numbers/dtype.js'
import type { Pairing } from './pairing.js'

/** The version of this contract; a backend states the one it was written for. */
export type SpecVersion = 1

/** Distances in elements between neighbours along each axis of a tensor. They may be negative. */
export interface Strides {
  readonly batch: number
  readonly token: number
  readonly head: number
  readonly channel: number
}

/** The elements that an operand touches, relative to its offset: from `low` up to and including `high`. */
export interface Span {
  readonly low: number
  readonly high: number
}

/** One tensor of a plan (q or k): how many heads it has and how to walk it. */
export interface OperandPlan {
  readonly heads: number
  readonly source: Strides
  readonly target: Strides
  readonly sourceSpan: Span
  readonly targetSpan: Span
}

/**
 * A call as numbers: frozen, JSON-able, validated. For every batch b, token t, head h, pair i
 *
 *     x at channel windowOffset + i * step, y at that channel + partner
 *     x' = x * cos - d * y * sin,  y' = y * cos + d * x * sin          d = direction
 *
 * with cos and sin from row `b * rotation.batchStride + t`, column i. Channels outside the window
 * are copied bit for bit when the plan is out of place, and never touched when it is in place.
 */
export interface Plan {
  readonly dtype: DType
  readonly batch: number
  readonly tokens: number
  readonly headDim: number
  /** Number of pairs; the window is `2 * pairs` channels wide. */
  readonly pairs: number
  /** First channel of the window. */
  readonly windowOffset: number
  readonly pairing: Pairing
  /** 1 rotates forward; -1 rotates back (also the backward pass). */
  readonly direction: 1 | -1
  /** True when every operand's target is its source. */
  readonly inPlace: boolean
  /** `shared` when any operand's memory is a SharedArrayBuffer. */
  readonly memory: 'local' | 'shared'
  /** q, k or both, in this order. */
  readonly operands: readonly OperandPlan[]
}

/**
 * Planar cos and sin rows, `rows * pairs` values each, attention factor included.
 * Float32Array for float32, float16 and bfloat16 plans; Float64Array for float64 plans.
 */
export interface Rotation {
  readonly pairs: number
  readonly rows: number
  /** Rows from one batch entry to the next: 0 when all entries share the same positions. */
  readonly batchStride: number
  readonly cos: Float32Array | Float64Array
  readonly sin: Float32Array | Float64Array
}

/**
 * Rows of cos and sin as products, for a token that moves: with position = 64 * block + rest,
 *
 *     e^(i f position) = e^(i f 64 block) * e^(i f rest)
 *
 *     cos = A * (blockCos * restCos - blockSin * restSin)    rounded once, each operation by itself
 *     sin = A * (blockSin * restCos + blockCos * restSin)
 */
export interface DecodeFactors {
  readonly pairs: number
  /** 64 rows, one for each rest, `pairs` values each. They never change. */
  readonly restCos: Float64Array
  readonly restSin: Float64Array
  /** The one row of the current block, filled anew when `block` changes. */
  readonly blockCos: Float64Array
  readonly blockSin: Float64Array
  /** The number of the current block; NaN before the first. */
  readonly block: number
  /** A. */
  readonly attentionFactor: number
}

/** What a backend can do, as data. The conformance suite tests each claim in both directions. */
export interface Capabilities {
  /** Element types it rotates. */
  readonly dtypes: readonly DType[]
  /** Worker threads it may use beside the calling one; 0 means single-threaded. */
  readonly threads: number
  /** The instruction set its kernels were compiled for, such as `avx2`; null where that is meaningless. */
  readonly isa: string | null
  /** Largest number of elements one operand may span; Infinity when memory is the only limit. */
  readonly maxElements: number
  /** True when it accepts arrays over a SharedArrayBuffer. */
  readonly sharedMemory: boolean
}

/** An honest answer to "can you run this plan?"; a refusal names the plan's field. */
export type Support =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly field: string }

/**
 * One operand (q or k) at the time of a call: where to read and where to write, in elements.
 * In place means that target is source and the offsets are equal.
 */
export interface View {
  readonly source: Elements
  readonly sourceOffset: number
  readonly target: Elements
  readonly targetOffset: number
}

/**
 * What one call of a kernel works on. Callers may hand over the same record again with other contents,
 * so a kernel reads it during the call and keeps nothing of it, except in `bind` and `runAsync`,
 * whose records are not changed afterwards.
 */
export interface KernelCall {
  /** One for each operand of the plan, in the same order. */
  readonly views: readonly View[]
  readonly rotation: Rotation
}

/**
 * A plan made runnable. It may be called any number of times, each time with other memory, offsets,
 * rows and batch strides: nothing of an earlier call counts. No call changes the rotation. Only
 * calls of `runAsync` overlap: `run` is not called again before what it returned has settled.
 */
export interface Kernel {
  /**
   * Rotates each operand: `views[i]` belongs to `plan.operands[i]`. The rows are those of this call:
   * the same rotation may come with other contents the next time.
   * CPU kernels return undefined (and have finished); GPU kernels return a promise. A CPU kernel
   * throws INVALID_TENSOR, and writes nothing, when an array of `views` has been detached or is too
   * short.
   */
  run(call: KernelCall): void | Promise<void>
  /**
   * Fixes memory and rows and returns the call that rotates them: the shortest way for a decode
   * loop, which fills the same rows anew before each call. Any number of bound calls may be held
   * and used in turn, with `run` in between. The call throws INVALID_TENSOR, and writes nothing,
   * once an array of `views` has been detached or become too short; of arrays that are gone
   * already, either `bind` or the call says so. Only for CPU kernels that gain by it.
   */
  bind?(call: KernelCall): () => void
  /**
   * As `bind`, for a rotation of one float32 row: the call makes the row itself, as the product of
   * the current block's row and row `rest` (0 to 63). Only for kernels that do this faster than
   * JavaScript; the bits must be those of `DecodeFactors`. Several bound calls may share the factors:
   * `block` tells which row they hold. The call itself throws INVALID_TENSOR, and writes nothing,
   * once an array of `views` has been detached or become too short; and INVALID_POSITIONS for any
   * other rest. Undefined when these arrays cannot be had.
   */
  bindDecode?(call: KernelCall, factors: DecodeFactors): ((rest: number) => void) | undefined
  /**
   * Rotates without holding up the event loop. Only for CPU kernels that can. Calls may overlap
   * with each other and with `run`, each on memory of its own; views and rotation stay as they are
   * until the promise settles, and all has been written when it resolves.
   */
  runAsync?(call: KernelCall): Promise<void>
}

/** A kernel whose calls have finished when they return, as all of CPU backends. */
export interface SyncKernel extends Kernel {
  run(call: KernelCall): void
}

/** Something that rotates: a plain value, made by a backend package's create function. */
export interface Backend {
  readonly specVersion: SpecVersion
  /** `js`, `wasm`, `webgpu`, `native`, or whatever a third party calls its own. */
  readonly name: string
  /** CPU kernels run synchronously on typed arrays. */
  readonly device: 'cpu' | 'gpu'
  readonly capabilities: Capabilities
  /** Cheap, pure and honest: true if and only if `compile` accepts the plan. */
  supports(plan: Plan): Support
  /** Chooses the row function or pipeline once; callers keep the kernel. Throws UNSUPPORTED. */
  compile(plan: Plan): Kernel
  /**
   * Memory this backend can use without copying, zero-filled. It is its holder's: no later call, and
   * not `dispose` either, takes it away or changes it.
   */
  allocate?(dtype: DType, length: number): Elements
  /**
   * True for an array in memory that `allocate` of this very backend has given out, or a part of
   * one. Only for backends that copy all other arrays in and out, so that whoever chooses among
   * backends can tell what a call will cost. Asked before every call: cheap, and it never throws,
   * about arrays that are gone and after `dispose` either.
   */
  isResident?(elements: Elements): boolean
  /**
   * Frees what the backend holds. Using it, its kernels or their bound calls afterwards throws
   * DISPOSED (`runAsync` rejects with it), and nothing is written; `supports` and `isResident`
   * answer still. A call that is on its way settles: it resolves when it has rotated everything,
   * else it rejects with DISPOSED or BACKEND_FAILED. May be called again.
   */
  dispose(): void
}

/** Whether a backend can run here; `probe` functions never throw. */
export interface Probe {
  readonly available: boolean
  /** Why not, and how to fix it; present exactly when `available` is false. */
  readonly reason?: string
  /** What was found out: versions, instruction sets, adapter names. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

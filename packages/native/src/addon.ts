/**
 * What the compiled addon exports: types only. addon/addon.cc is the other side of this file.
 * Calls return undefined when all went well, and a number when an argument does not hold what the
 * kernel would touch: 1 for cos, 2 for sin, 3 for the batch stride, then four per operand. What is
 * of another type than stands here is a TypeError.
 */
import type { Elements, Rotation } from '@rope/core/backend'

declare const HANDLE: unique symbol

/** Something of the addon's own that JavaScript may hold and hand back, nothing else. */
export interface Handle<Kind extends string> {
  readonly [HANDLE]: Kind
}

/** One instruction set that the binary holds. */
export interface InstructionSet {
  readonly name: string
  readonly id: number
  /** True when the processor and the operating system can run it. */
  readonly supported: boolean
}

/** Which argument is wrong. */
export type WrongArgument = number

/** Source, its offset, target, its offset: one operand as arguments. */
export type OperandArguments = readonly [Elements, number, Elements, number]

/** Everything of a call that may change from one to the next. */
export type CallArguments = readonly [
  cos: Rotation['cos'],
  sin: Rotation['sin'],
  batchStride: number,
  ...first: OperandArguments,
  ...second: OperandArguments | readonly [],
]

/** Where an array of a bound call lies: an ArrayBuffer, or the array itself (src/bound-memory.ts). */
export type BoundArray = ArrayBufferLike | Elements | Rotation['cos']

/** What a bound call answers instead of undefined. */
export const NO_SUCH_REST = 1

/** The exports of rope.node. */
export interface Addon {
  readonly interfaceVersion: number
  readonly coreCacheBytes: number
  readonly sharedCacheBytes: number
  readonly streamBytes: number
  /** What the binary holds, slowest first. */
  readonly instructionSets: readonly InstructionSet[]
  compile(plan: Uint8Array, isa: number, mostThreads: number): Handle<'kernel'> | undefined
  threadsOf(kernel: Handle<'kernel'>): number
  run(kernel: Handle<'kernel'>, ...call: CallArguments): WrongArgument | undefined
  runRange(
    kernel: Handle<'kernel'>,
    begin: number,
    end: number,
    ...call: CallArguments
  ): WrongArgument | undefined
  /** With a decode row (src/rows.ts), the call makes its own; undefined when that does not fit. */
  bind(
    kernel: Handle<'kernel'>,
    decodeRow: Float64Array | undefined,
    ...call: CallArguments
  ): Handle<'bound'> | WrongArgument | undefined
  /**
   * With the memory of cos and sin, unless it makes its own, then of each operand's source and,
   * out of place, target. A number when there is no such rest, or when memory is gone.
   */
  runBound(
    bound: Handle<'bound'>,
    rest: number,
    ...memory: readonly (BoundArray | undefined)[]
  ): number | undefined
  /** Undefined when threads cannot do it: memory may be detached, or there are no threads. */
  start(kernel: Handle<'kernel'>, ...call: CallArguments): Promise<void> | WrongArgument | undefined
  allocate(bytes: number): ArrayBuffer | undefined
  /** For benchmarks: targets *= factor, or targets = sources where there are sources. */
  runLimit(
    mostThreads: number,
    isa: number,
    factor: number,
    repeat: number,
    ...targetsAndSources: readonly (Float32Array | undefined)[]
  ): boolean
  countThreads(): number
}

/** The number that addon/addon.cc calls INTERFACE_VERSION. */
export const INTERFACE_VERSION = 4

/**
 * What the compiled addon exports: types only. addon/binding.c is the other side of this file.
 * Calls return undefined when all went well, and a number when an argument does not hold what the
 * kernel would touch: 1 for cos, 2 for sin, 3 for the batch stride, then four per operand.
 */
import type { Elements, Rotation } from '@rope/core'

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

/** The factors of a moving row; Float64Arrays. */
export type FactorArguments = readonly [
  restCos: Float64Array,
  restSin: Float64Array,
  blockCos: Float64Array,
  blockSin: Float64Array,
  attentionFactor: number,
]

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
  bind(
    kernel: Handle<'kernel'>,
    ...call: CallArguments
  ): Handle<'bound'> | WrongArgument | undefined
  runBound(bound: Handle<'bound'>): void
  /** Undefined for more rows than one, and for factors that do not hold whole rows. */
  bindMoving(
    kernel: Handle<'kernel'>,
    ...factorsAndCall: [...FactorArguments, ...CallArguments]
  ): Handle<'moving'> | WrongArgument | undefined
  /** A number when there is no such rest. */
  runMoving(bound: Handle<'moving'>, rest: number): WrongArgument | undefined
  start(
    kernel: Handle<'kernel'>,
    keep: readonly unknown[],
    ...call: CallArguments
  ): Promise<void> | WrongArgument | undefined
  allocate(bytes: number): readonly [ArrayBuffer, Handle<'block'>] | undefined
  /** For benchmarks: targets *= factor, or targets = sources where there are sources. */
  runLimit(
    mostThreads: number,
    isa: number,
    factor: number,
    repeat: number,
    targets: readonly Float32Array[],
    sources: readonly Float32Array[],
  ): WrongArgument | undefined
  countThreads(): number
}

/** The number that addon/binding.c calls INTERFACE_VERSION. */
export const INTERFACE_VERSION = 2

/**
 * Calls on arrays that lie in the module's memory: nothing is copied but rows of cos and sin.
 */
import {
  bytesPerElement,
  checkRest,
  type DecodeFactors,
  type Elements,
  type KernelCall,
  type OperandPlan,
  type Plan,
  type Rotation,
  type Strides,
  type View,
} from '@rope/core/backend'
import type { Memory, Place } from '../memory/memory.js'
import type { Program, Segment } from '../memory/segment.js'
import { planWords } from '../plan-words.js'
import type { Pool } from '../threads/pool.js'
import { residentFactors } from './factors.js'
import { type Places, runUnits } from './runner.js'
import { copyRows, rowsPerWindow, Tables } from './tables.js'

/** Rotations of at most so many values are remembered, to know them again as living elsewhere. */
const SHORT = 4096

/** Calls below this size never need a worker. */
const SMALL_BYTES = 2 ** 18

/** A plan for resident arrays of one segment. */
export class ResidentCall {
  readonly #memory: Memory
  readonly #pool: Pool | undefined
  readonly #plan: Plan
  readonly #program: Program
  readonly #size: number
  readonly #bytesPerUnit: number
  readonly #places: Places = { source0: 0, target0: 0, source1: 0, target1: 0 }
  #foreign: Rotation['cos'] | undefined

  constructor(memory: Memory, pool: Pool | undefined, plan: Plan) {
    this.#memory = memory
    this.#pool = pool
    this.#plan = plan
    this.#program = memory.home.prepare(planWords(plan))
    this.#size = bytesPerElement(plan.dtype)
    const heads = plan.operands.reduce((sum, operand) => sum + operand.heads, 0)
    this.#bytesPerUnit = heads * plan.headDim * this.#size
  }

  /** Rotates; every array of `views` lies in `segment`. */
  run(segment: Segment, { views, rotation }: KernelCall): void {
    const { batch, tokens, pairs } = this.#plan
    const { batchStride } = rotation
    const rows = (batch - 1) * batchStride + tokens
    this.#place(views, 0, 0)
    if (rows <= rowsPerWindow(segment, pairs) && this.#isForeign(rotation.cos)) {
      copyRows(segment, rotation, 0, rows)
      const { table } = segment
      this.#run(segment, table, table + 4 * rows * pairs, batchStride, batch * tokens)
      return
    }
    this.#runRows(segment, views, rotation, rows)
  }

  /**
   * Fixes arrays and rows, as many as the window holds, and returns the call: what can be looked
   * up beforehand has been. Undefined when `run` is as good.
   */
  bind(segment: Segment, { views, rotation }: KernelCall): (() => void) | undefined {
    const { batch, tokens, pairs } = this.#plan
    const { batchStride } = rotation
    const rows = (batch - 1) * batchStride + tokens
    const units = batch * tokens
    const isLarge = this.#pool !== undefined && units * this.#bytesPerUnit > SMALL_BYTES
    const fits = rows <= rowsPerWindow(segment, pairs) && this.#isForeign(rotation.cos)
    if (isLarge || !fits) return undefined
    this.#place(views, 0, 0)
    const { source0, target0, source1, target1 } = this.#places
    const { floats, table, exports } = segment
    const program = this.#program
    const length = rows * pairs
    const cos = (rotation.cos as Float32Array).subarray(0, length)
    const sin = (rotation.sin as Float32Array).subarray(0, length)
    const sinPlace = table + 4 * length
    return () => {
      floats.set(cos, table / 4)
      floats.set(sin, sinPlace / 4)
      const slot = segment.slotOf(program)
      exports.run(slot, source0, target0, source1, target1, table, sinPlace, batchStride, 0, units)
    }
  }

  /**
   * Fixes arrays, and returns the call that makes its one row before it runs. Undefined when the
   * segment has no room for the factors.
   */
  bindDecode(
    segment: Segment,
    { views, rotation }: KernelCall,
    factors: DecodeFactors,
  ): ((rest: number) => void) | undefined {
    const { batch, tokens, pairs } = this.#plan
    const units = batch * tokens
    const isLarge = this.#pool !== undefined && units * this.#bytesPerUnit > SMALL_BYTES
    const isRow = rotation.rows === 1 && rotation.batchStride === 0 && tokens === 1
    if (isLarge || !isRow || pairs === 0 || rowsPerWindow(segment, pairs) < 1) return undefined
    const row = residentFactors(segment, factors)
    if (row === undefined) return undefined
    this.#place(views, 0, 0)
    const { source0, target0, source1, target1 } = this.#places
    const { table, exports } = segment
    const program = this.#program
    const sinPlace = table + 4 * pairs
    return (rest) => {
      checkRest(rest)
      row.write(rest, table, sinPlace)
      const slot = segment.slotOf(program)
      exports.run(slot, source0, target0, source1, target1, table, sinPlace, 0, 0, units)
    }
  }

  /** A decode step brings the same short rows again and again. */
  #isForeign(cos: Rotation['cos']): boolean {
    if (cos === this.#foreign) return true
    if (this.#memory.placeOf(cos) !== undefined) return false
    this.#foreign = cos.length <= SHORT ? cos : undefined
    return true
  }

  /** With rows of this memory, or more of them than the window holds. */
  #runRows(segment: Segment, views: readonly View[], rotation: Rotation, rows: number): void {
    const { batch, tokens } = this.#plan
    const { batchStride } = rotation
    const tables = new Tables(this.#memory, segment, rotation)
    const { most } = tables
    if (rows <= most) {
      tables.provide(0, rows)
      this.#run(segment, tables.cos, tables.sin, batchStride, batch * tokens)
      return
    }
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < tokens; t += most) {
        const count = Math.min(most, tokens - t)
        tables.provide(b * batchStride + t, count)
        this.#place(views, b, t)
        this.#run(segment, tables.cos, tables.sin, 0, count)
      }
    }
  }

  #run(segment: Segment, cos: number, sin: number, batchStride: number, units: number): void {
    const bytes = units * this.#bytesPerUnit
    const pool = this.#pool
    runUnits(segment, pool, this.#program, this.#places, cos, sin, batchStride, units, bytes)
  }

  /** Points at token t of batch b. */
  #place(views: readonly View[], b: number, t: number): void {
    const { operands } = this.#plan
    const places = this.#places
    const q = views[0] as View
    const first = operands[0] as OperandPlan
    places.source0 = this.#at(q.source, q.sourceOffset, first.source, b, t)
    places.target0 = isInPlace(q)
      ? places.source0
      : this.#at(q.target, q.targetOffset, first.target, b, t)
    const k = views[1]
    const second = operands[1]
    if (k === undefined || second === undefined) return
    places.source1 = this.#at(k.source, k.sourceOffset, second.source, b, t)
    places.target1 = isInPlace(k)
      ? places.source1
      : this.#at(k.target, k.targetOffset, second.target, b, t)
  }

  #at(elements: Elements, offset: number, strides: Strides, b: number, t: number): number {
    const { byteOffset } = this.#memory.placeOf(elements) as Place
    return byteOffset + (offset + b * strides.batch + t * strides.token) * this.#size
  }
}

function isInPlace({ source, sourceOffset, target, targetOffset }: View): boolean {
  return source === target && sourceOffset === targetOffset
}

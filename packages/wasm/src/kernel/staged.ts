/**
 * Calls on arrays that live elsewhere: tile by tile they are copied into the data window, rotated
 * there while they are in cache, and copied to their target. No memory is used but the window.
 *
 * A tile holds whole heads with all their channels, so that out of place the untouched channels
 * are copied on the way. In place and on memory that other threads may see, it holds the rotated
 * channels alone, because the others must not even be written as they were.
 */
import { bytesPerElement, type OperandPlan, type Plan, type View } from '@rope/core/backend'
import type { Memory } from '../memory/memory.js'
import type { Program, Segment } from '../memory/segment.js'
import { planWords } from '../plan-words.js'
import { runUnits } from './runner.js'
import { copyTile, operandSide, type Tile, tileSide } from './runs.js'
import { rowsPerWindow, type Tables } from './tables.js'

/** Sizes of a tile that fit into the windows, in the order in which the source lies in memory. */
interface TileShape {
  readonly tokens: number
  readonly heads: number
  readonly tokenMajor: boolean
}

function chooseShape(
  { tokens }: Plan,
  operand: OperandPlan,
  headBytes: number,
  rows: number,
  window: number,
): TileShape {
  const heads = Math.max(operand.heads, 1)
  const fitting = Math.max(Math.floor(window / headBytes), 1)
  const tokenMajor = Math.abs(operand.source.token) >= Math.abs(operand.source.head)
  if (tokenMajor) {
    const abreast = Math.min(heads, fitting)
    const most = Math.min(Math.floor(fitting / abreast), rows, tokens)
    return { tokens: Math.max(most, 1), heads: abreast, tokenMajor }
  }
  const most = Math.max(Math.min(fitting, rows, tokens), 1)
  return { tokens: most, heads: Math.min(heads, Math.floor(fitting / most)), tokenMajor }
}

/** One operand of a plan for arrays from elsewhere. */
export class StagedOperand {
  readonly segment: Segment
  readonly #plan: Plan
  readonly #operand: OperandPlan
  readonly #size: number
  readonly #firstChannel: number
  readonly #channels: number
  readonly #shape: TileShape
  /** By number of heads: the last tile of a token may hold fewer. */
  readonly #programs = new Map<number, Program>()

  constructor(memory: Memory, plan: Plan, operand: OperandPlan) {
    const windowOnly = plan.inPlace && plan.memory === 'shared'
    this.#plan = plan
    this.#operand = operand
    this.#size = bytesPerElement(plan.dtype)
    this.#firstChannel = windowOnly ? plan.windowOffset : 0
    this.#channels = windowOnly ? 2 * plan.pairs : plan.headDim
    const headBytes = this.#channels * this.#size
    this.segment = memory.home
    const rows = rowsPerWindow(this.segment, plan.pairs)
    this.#shape = chooseShape(plan, operand, headBytes, rows, this.segment.windows.data)
  }

  /** Rotates the operand; `tables` are of this operand's segment. */
  run(view: View, tables: Tables, batchStride: number): void {
    const { batch, tokens } = this.#plan
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < tokens; t += this.#shape.tokens) {
        const count = Math.min(this.#shape.tokens, tokens - t)
        tables.provide(b * batchStride + t, count)
        this.#runTokens(view, tables, b, t, count)
      }
    }
  }

  #runTokens(view: View, tables: Tables, b: number, t: number, tokens: number): void {
    const { heads } = this.#operand
    for (let h = 0; h < heads; h += this.#shape.heads) {
      const tile = this.#tile(tokens, Math.min(this.#shape.heads, heads - h))
      this.#runTile(view, tables, tile, b, t, h)
    }
  }

  #runTile(view: View, tables: Tables, tile: Tile, b: number, t: number, h: number): void {
    const { segment } = this
    const { source, target } = this.#operand
    const staged = this.#size === 4 ? segment.floats : segment.halves
    const window = tileSide(staged, segment.data / this.#size, tile)
    const read = view.sourceOffset + this.#element(source, b, t, h)
    copyTile(operandSide(view.source, read, source), window, tile)
    const places = { source0: segment.data, target0: segment.data, source1: 0, target1: 0 }
    const program = this.#program(tile.heads)
    runUnits(segment, undefined, program, places, tables.cos, tables.sin, 0, tile.tokens, 0)
    const write = view.targetOffset + this.#element(target, b, t, h)
    copyTile(window, operandSide(view.target, write, target), tile)
  }

  #element(strides: OperandPlan['source'], b: number, t: number, h: number): number {
    const channel = this.#firstChannel * strides.channel
    return b * strides.batch + t * strides.token + h * strides.head + channel
  }

  #tile(tokens: number, heads: number): Tile {
    const channels = this.#channels
    return this.#shape.tokenMajor
      ? { tokens, heads, channels, token: heads * channels, head: channels }
      : { tokens, heads, channels, token: channels, head: this.#shape.tokens * channels }
  }

  #program(heads: number): Program {
    const known = this.#programs.get(heads)
    if (known !== undefined) return known
    const { token, head } = this.#tile(this.#shape.tokens, heads)
    const strides = { batch: 0, token, head, channel: 1 }
    const program = this.segment.prepare(
      planWords({
        ...this.#plan,
        batch: 1,
        tokens: this.#shape.tokens,
        headDim: this.#channels,
        windowOffset: this.#plan.windowOffset - this.#firstChannel,
        inPlace: true,
        operands: [{ heads, source: strides, target: strides }],
      }),
    )
    this.#programs.set(heads, program)
    return program
  }
}

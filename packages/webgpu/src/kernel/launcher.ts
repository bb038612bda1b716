/**
 * The dispatches of a plan, remembered for the memory that they were made for: a model rotates the
 * same few buffers over and over.
 */
import type { Plan } from '@rope/core/backend'
import type { Uploaded } from '../device/upload-ring.js'
import { chooseAccess } from '../plan/access.js'
import type { Access } from '../shader/spec.js'
import { arrange, type OperandMemory } from './arrangement.js'
import { BindGroups } from './bind-groups.js'
import type { Context } from './context.js'
import { Launch, type LaunchContext } from './launch.js'
import type { PositionsOnGpu, RowsOnGpu, TableOnGpu } from './on-gpu.js'

/** Dispatches and the memory that they are for. */
interface Known {
  readonly memory: readonly OperandMemory[]
  readonly access: Access
  readonly launches: readonly Launch[]
}

/** Offsets that are remembered for one set of buffers, and shapes for one plan. */
const REMEMBERED = 64

function sameBuffers(a: readonly OperandMemory[], b: readonly OperandMemory[]): boolean {
  return a.every(
    (one, i) => one.sourceBuffer === b[i]?.sourceBuffer && one.targetBuffer === b[i]?.targetBuffer,
  )
}

function sameOffsets(a: readonly OperandMemory[], b: readonly OperandMemory[]): boolean {
  return a.every((one, i) => one.source === b[i]?.source && one.target === b[i]?.target)
}

/** Encodes a plan. */
export class Launcher {
  readonly #shared: LaunchContext
  readonly #shapes = new Map<string, Uploaded>()
  /** By the first buffer, so that nothing is kept longer than that. */
  readonly #known = new WeakMap<GPUBuffer, Known[]>()

  constructor(context: Context, plan: Plan, table: TableOnGpu | null) {
    const shapeOf = (words: Uint32Array<ArrayBuffer>): Uploaded => this.#shapeOf(words)
    this.#shared = { context, plan, table, groups: new BindGroups(), shapeOf }
  }

  /** Compiles in the background what a call on such memory needs. */
  async prepare(memory: readonly OperandMemory[]): Promise<void> {
    const { context, plan, table } = this.#shared
    const { parts } = arrange(context, plan, memory, table?.spec ?? null)
    await Promise.all(parts.map(({ shader }) => shader.prepare()))
  }

  /**
   * Encodes the dispatches of a call; sets the pass's pipeline and bind group 0.
   *
   * @param positions exactly when the launcher has a table, whose rows are then `rows`
   */
  encode(
    pass: GPUComputePassEncoder,
    memory: readonly OperandMemory[],
    rows: RowsOnGpu,
    positions: PositionsOnGpu | null,
  ): void {
    for (const launch of this.#launches(memory)) launch.encode(pass, rows, positions)
  }

  /** True when a call on this very memory has been encoded before. */
  knows(memory: readonly OperandMemory[]): boolean {
    return this.#find(memory) !== undefined
  }

  #find(memory: readonly OperandMemory[]): Known | undefined {
    const [first] = memory
    if (first === undefined) return undefined
    return this.#known
      .get(first.sourceBuffer)
      ?.find((known) => sameOffsets(memory, known.memory) && sameBuffers(memory, known.memory))
  }

  #launches(memory: readonly OperandMemory[]): readonly Launch[] {
    const known = this.#find(memory)
    if (known !== undefined) return known.launches
    const [first] = memory
    if (first === undefined) return []
    const others = this.#known.get(first.sourceBuffer) ?? []
    const made = this.#move(memory, others) ?? this.#make(memory)
    this.#known.set(first.sourceBuffer, [made, ...others.slice(0, REMEMBERED - 1)])
    return made.launches
  }

  /** A key cache whose end moves on: what was made for the same buffers, at other offsets. */
  #move(memory: readonly OperandMemory[], others: readonly Known[]): Known | null {
    const like = others.find((known) => sameBuffers(memory, known.memory))
    const [launch] = like?.launches ?? []
    if (like === undefined || launch === undefined || like.launches.length > 1) return null
    if (chooseAccess(this.#shared.plan, memory) !== like.access) return null
    const moved = launch.movedTo(memory)
    return moved === null ? null : { memory, access: like.access, launches: [moved] }
  }

  #make(memory: readonly OperandMemory[]): Known {
    const { context, plan, table } = this.#shared
    const { access, parts } = arrange(context, plan, memory, table?.spec ?? null)
    return { memory, access, launches: parts.map((part) => new Launch(this.#shared, part)) }
  }

  #shapeOf(words: Uint32Array<ArrayBuffer>): Uploaded {
    const { shapes } = this.#shared.context
    const key = words.join()
    const known = this.#shapes.get(key)
    if (known !== undefined && shapes.holds(known)) return known
    if (this.#shapes.size >= REMEMBERED) this.#shapes.clear()
    const shape = shapes.upload(words)
    this.#shapes.set(key, shape)
    return shape
  }
}

/**
 * The rope: a config bound to a backend. It joins the pipeline - positions to rotation, tensors
 * to plan, plan to kernel - and remembers what can be used again: rows of the last positions,
 * kernels of the last plans.
 */
import { axisCount } from './axes.js'
import type { Backend, Kernel, Plan, Rotation, View } from './backend.js'
import { CallCache, type PreparedCall } from './call-cache.js'
import { checkRecord, checkWord, show } from './check.js'
import { computeFrequencies, type RopeConfig, type RopeOptions, resolveConfig } from './config.js'
import { RopeError } from './errors.js'
import { LAYOUTS, type Layout, type Tensor } from './layout/tensor.js'
import { makePlan, planKey, type RotateTensors } from './plan.js'
import { expandPositions, type PositionSource, type Positions, readPositions } from './positions.js'
import { createRotationBuilder, type RotationBuilder, type RowPrecision } from './rotation.js'
import type { Frequencies } from './schedule/schedule.js'

/** The tensors of a call and where their tokens stand. */
export interface RotateInput extends RotateTensors {
  readonly positions: Positions
}

/** A rope at fixed positions: tables are made once and serve every layer. */
export interface RopeStep {
  /** Rotates synchronously; UNSUPPORTED on a GPU backend. */
  rotate(tensors: RotateTensors): void
  /** Rotates on any backend. */
  rotateAsync(tensors: RotateTensors): Promise<void>
}

/** A rope bound to fixed tensors: a decode loop pays for no validation. */
export interface BoundRope {
  /** Rotates the bound tensors, whose first token stands at `position`, a finite number. */
  rotate(position: number): void
}

/** A config bound to a backend. */
export interface Rope {
  readonly config: RopeConfig
  readonly frequencies: Frequencies
  readonly backend: Backend
  /** Rotates q and k at the given positions, synchronously; UNSUPPORTED on a GPU backend. */
  rotate(input: RotateInput): void
  /** The same on any backend. Tensors and positions must not change until it resolves. */
  rotateAsync(input: RotateInput): Promise<void>
  /** Fixes the positions, to rotate many tensors (one pair per layer) with the same tables. */
  at(positions: Positions): RopeStep
  /** Fixes the tensors, to rotate them again and again; CPU backends only. */
  bind(tensors: RotateTensors): BoundRope
  /**
   * Moves already rotated keys by `delta` positions, in place (K-shift of a cache). A number
   * moves every token by as much, `{ offsets }` every batch entry, an array each token. A pure
   * rotation: the attention factor, which the keys already carry, is not applied again.
   */
  shift(k: Tensor, delta: Positions): void
  /** Forgets all tables and kernels; the backend stays its owner's. */
  dispose(): void
}

/** How a rope is made. */
export interface RopeContext {
  readonly backend: Backend
  /** The layout of tensors that do not state their own. */
  readonly layout?: Layout | undefined
}

/** More kernels than a model needs; beyond it the oldest is dropped. */
const KEPT_KERNELS = 64

/** More positions than a decode step has; larger ones are not kept between calls. */
const KEPT_ROWS = 4096

function checkBackend(backend: unknown): Backend {
  const record = checkRecord(backend, 'backend', 'a backend, such as createJsBackend()')
  if (record.specVersion !== 1) {
    throw new RopeError(
      'INVALID_OPTION',
      `backend.specVersion is ${show(record.specVersion)}; this core speaks version 1: update one of the two`,
      {
        field: 'backend.specVersion',
      },
    )
  }
  return backend as Backend
}

/** Positions (or the distances of a shift), read once and expanded for each size they meet. */
class Rows {
  readonly #sources: readonly PositionSource[]
  readonly #axes: number
  readonly #builder: RotationBuilder
  readonly #isShift: boolean
  #batch = -1
  #tokens = -1
  #precision: RowPrecision = 'float32'
  #rotation: Rotation | undefined

  constructor(builder: RotationBuilder, axes: number, positions: Positions, isShift: boolean) {
    this.#sources = readPositions(positions, axes)
    this.#axes = axes
    this.#builder = builder
    this.#isShift = isShift
  }

  /** The rotation for tensors of the plan's size and dtype. */
  for(plan: Plan): Rotation {
    const precision: RowPrecision = plan.dtype === 'float64' ? 'float64' : 'float32'
    const fits =
      this.#batch === plan.batch && this.#tokens === plan.tokens && this.#precision === precision
    if (this.#rotation !== undefined && fits) return this.#rotation
    const table = expandPositions(
      this.#sources,
      plan.batch,
      plan.tokens,
      this.#axes,
      this.#isShift ? 0 : 1,
    )
    this.#rotation = this.#builder.build(table, precision, this.#isShift)
    this.#batch = plan.batch
    this.#tokens = plan.tokens
    this.#precision = precision
    return this.#rotation
  }
}

class BackendRope implements Rope {
  readonly config: RopeConfig
  readonly frequencies: Frequencies
  readonly backend: Backend
  readonly #layout: Layout | undefined
  readonly #axes: number
  readonly #builder: RotationBuilder
  readonly #calls = new CallCache()
  readonly #kernels = new Map<string, Kernel>()
  readonly #running = new Map<Kernel, Promise<void>>()
  #lastStart = Number.NaN
  #lastRows: Rows | undefined
  #disposed = false

  constructor(config: RopeConfig, backend: Backend, layout: Layout | undefined) {
    this.config = config
    this.frequencies = computeFrequencies(config)
    this.backend = backend
    this.#layout = layout
    this.#axes = axisCount(config.axes)
    this.#builder = createRotationBuilder(config, this.frequencies)
  }

  rotate(input: RotateInput): void {
    this.#checkSync()
    void this.#run(input, this.#rowsFor(input))
  }

  async rotateAsync(input: RotateInput): Promise<void> {
    this.#checkAlive()
    await this.#runAsync(input, this.#rowsFor(input))
  }

  at(positions: Positions): RopeStep {
    this.#checkAlive()
    const rows = new Rows(this.#builder, this.#axes, positions, false)
    return {
      rotate: (tensors) => {
        this.#checkSync()
        void this.#run(tensors, rows)
      },
      rotateAsync: async (tensors) => {
        this.#checkAlive()
        await this.#runAsync(tensors, rows)
      },
    }
  }

  bind(tensors: RotateTensors): BoundRope {
    this.#checkSync()
    const { plan, views, kernel } = this.#prepare(tensors)
    const rotation = new Rows(this.#builder, this.#axes, 0, false).for(plan)
    const builder = this.#builder
    const move = bindMoving(kernel, views, rotation, builder)
    const bound = (): (() => void) =>
      kernel.bind?.(views, rotation) ?? (() => void kernel.run(views, rotation))
    let run = move === undefined ? bound() : undefined
    return {
      rotate: (position) => {
        if (this.#disposed) this.#checkAlive()
        checkBound(position, views, plan)
        if (move?.(position)) return
        builder.refill(rotation, position)
        run ??= bound()
        run()
      },
    }
  }

  shift(k: Tensor, delta: Positions): void {
    this.#checkSync()
    void this.#run({ k }, new Rows(this.#builder, this.#axes, delta, true))
  }

  dispose(): void {
    this.#disposed = true
    this.#calls.clear()
    this.#kernels.clear()
    this.#lastRows = undefined
  }

  /** A decode step rotates every layer at the same number: keep the rows of the last one. */
  #rowsFor({ positions }: RotateInput): Rows {
    if (typeof positions !== 'number') return new Rows(this.#builder, this.#axes, positions, false)
    if (this.#lastRows === undefined || this.#lastStart !== positions) {
      this.#lastRows = new Rows(this.#builder, this.#axes, positions, false)
      this.#lastStart = positions
    }
    return this.#lastRows
  }

  #run(tensors: RotateTensors, rows: Rows): void | Promise<void> {
    const { plan, views, kernel } = this.#prepare(tensors)
    const rotation = rows.for(plan)
    if (rotation.rows > KEPT_ROWS) this.#lastRows = undefined
    return kernel.run(views, rotation)
  }

  /** Everything is checked before the first await; calls of one kernel wait for each other. */
  #runAsync(tensors: RotateTensors, rows: Rows): void | Promise<void> {
    const { plan, views, kernel } = this.#prepare(tensors)
    const rotation = rows.for(plan)
    if (rotation.rows > KEPT_ROWS) this.#lastRows = undefined
    if (kernel.runAsync !== undefined) return kernel.runAsync(views, rotation)
    const previous = this.#running.get(kernel)
    const run = (): void | Promise<void> => kernel.run(views, rotation)
    const result = previous === undefined ? run() : previous.then(run, run)
    if (result === undefined) return
    this.#running.set(kernel, result)
    const forget = (): void => {
      if (this.#running.get(kernel) === result) this.#running.delete(kernel)
    }
    result.then(forget, forget)
    return result
  }

  #prepare(tensors: RotateTensors): PreparedCall {
    const known = this.#calls.find(tensors)
    if (known !== undefined) return known
    const planned = makePlan(this.config, tensors, this.#layout)
    return this.#calls.add(tensors, planned, this.#kernel(planned.plan))
  }

  #kernel(plan: Plan): Kernel {
    const key = planKey(plan)
    const known = this.#kernels.get(key)
    if (known !== undefined) return known
    const support = this.backend.supports(plan)
    if (!support.ok) {
      throw new RopeError(
        'UNSUPPORTED',
        `backend '${this.backend.name}' cannot do this: ${support.reason}`,
        {
          field: support.field,
        },
      )
    }
    const kernel = this.backend.compile(plan)
    if (this.#kernels.size >= KEPT_KERNELS) this.#dropOldestKernel()
    this.#kernels.set(key, kernel)
    return kernel
  }

  #dropOldestKernel(): void {
    for (const key of this.#kernels.keys()) {
      this.#kernels.delete(key)
      return
    }
  }

  #checkAlive(): void {
    if (this.#disposed)
      throw new RopeError(
        'DISPOSED',
        'this rope has been disposed of; create a new one with createRope',
      )
  }

  #checkSync(): void {
    this.#checkAlive()
    if (this.backend.device === 'cpu') return
    throw new RopeError(
      'UNSUPPORTED',
      `backend '${this.backend.name}' runs on the GPU and cannot finish synchronously; use rotateAsync`,
      {
        field: 'backend.device',
      },
    )
  }
}

/**
 * Lets a kernel that can make the row of a moving token by itself: a call that does so at whole
 * positions and returns false at others. Undefined for all other kernels and rotations.
 */
function bindMoving(
  kernel: Kernel,
  views: readonly View[],
  rotation: Rotation,
  builder: RotationBuilder,
): ((position: number) => boolean) | undefined {
  const isRow = rotation.rows === 1 && rotation.cos instanceof Float32Array
  if (kernel.bindMoving === undefined || !isRow) return undefined
  const moving = builder.moving?.()
  if (moving === undefined) return undefined
  const run = kernel.bindMoving(views, rotation, moving.factors)
  if (run === undefined) return undefined
  return (position) => {
    if (!Number.isInteger(position)) return false
    run(moving.seek(position))
    return true
  }
}

/** The two things that may go wrong in a bound call: a bad position, and memory that went away. */
function checkBound(position: number, views: readonly View[], plan: Plan): void {
  if (!(Math.abs(position) <= Number.MAX_SAFE_INTEGER)) {
    throw new RopeError(
      'INVALID_POSITIONS',
      `position is ${show(position)}; accepted: a finite number between -(2^53 - 1) and 2^53 - 1`,
      {
        field: 'position',
      },
    )
  }
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as View
    const operand = plan.operands[i] as Plan['operands'][number]
    const reachesSource = view.sourceOffset + operand.sourceSpan.high < view.source.length
    const reachesTarget = view.targetOffset + operand.targetSpan.high < view.target.length
    if ((reachesSource && reachesTarget) || operand.sourceSpan.high < 0) continue
    throw new RopeError(
      'INVALID_TENSOR',
      'a bound tensor has shrunk or been detached since bind(); bind the new memory',
    )
  }
}

/**
 * Binds a config to a backend.
 *
 * @param config a resolved config, or options that resolve to one
 * @param context the backend, and the layout of tensors that state none
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 *
 * @example
 * ```ts
 * import { createRope } from '@rope/core'
 * import { createJsBackend } from '@rope/js'
 *
 * const rope = createRope(
 *   { headDim: 4, pairing: 'half', schedule: { type: 'default', base: 10000 } },
 *   { backend: createJsBackend(), layout: 'bshd' },
 * )
 * const q = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 1, 1, 4] }
 * rope.rotate({ q, positions: 3 }) // in place
 * ```
 */
export function createRope(config: RopeConfig | RopeOptions, context: RopeContext): Rope {
  const { backend, layout } = checkRecord(
    context,
    'context',
    '{ backend }',
  ) as unknown as RopeContext
  if (layout !== undefined) checkWord(layout, 'layout', LAYOUTS)
  return new BackendRope(resolveConfig(config), checkBackend(backend), layout)
}

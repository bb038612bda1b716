/**
 * What calls cost here: out of a preset, out of the cache, or measured when a choice first depends
 * on it. All measuring together is bounded, however many dtypes an application uses.
 */
import type { DType } from '@rope/core'
import type { Cache } from '../cache/cache.js'
import { type Calibration, mergeCalibrations, predict } from '../costs.js'
import type { Clock } from '../platform/timers.js'
import { type Contender, calibrate } from './calibrate.js'

/** Where the costs of a dtype come from. */
export type CostSource = 'preset' | 'cache' | 'measured' | 'off'

/** What the `calibrate` option accepts: never measure, or do not need to. */
export type CalibrateOption = false | Calibration

/** Milliseconds that all calibrations together may take: 150 with the last batch, which is not cut off. */
export const BUDGET = 130

/** The part of what is left that one dtype may take: few applications use more than one. */
const SHARE = 1 / 2

/** Milliseconds below which nothing can be found out. */
const LEAST = 3

/** Costs by backend, dtype and size. */
export class CostBook {
  readonly #option: CalibrateOption | undefined
  readonly #clock: Clock
  readonly #cache: Cache
  readonly #sources = new Map<DType, CostSource>()
  /** Whose costs have been looked for, by name and dtype. */
  readonly #tried = new Set<string>()
  readonly #unreliable = new Set<DType>()
  #costs: Calibration
  #spent = 0

  constructor(option: CalibrateOption | undefined, clock: Clock, cache: Cache) {
    this.#option = option
    this.#clock = clock
    this.#cache = cache
    this.#costs = option === undefined || option === false ? {} : option
  }

  /** Everything that is known, to be preset elsewhere. */
  get costs(): Calibration {
    return this.#costs
  }

  /** True when costs are measured here, so that close contenders may be compared in real calls. */
  get isMeasuring(): boolean {
    return this.#option === undefined
  }

  /** Milliseconds spent with measuring so far. */
  get spent(): number {
    return this.#spent
  }

  /** Reads the cache, where one may be used. */
  async load(): Promise<void> {
    if (!this.isMeasuring) return
    const found = await this.#cache.load()
    if (found !== null) this.#costs = mergeCalibrations(found, this.#costs)
  }

  /** Where the costs of a dtype come from; null when nobody has needed them yet. */
  sourceOf(dtype: DType): CostSource | null {
    return this.#sources.get(dtype) ?? null
  }

  /** False when time ran out while this dtype was measured, so that its costs are rough. */
  isReliable(dtype: DType): boolean {
    return !this.#unreliable.has(dtype)
  }

  /**
   * Sees to it that the costs of all contenders are known, as far as that is possible.
   *
   * @throws ContenderError when a contender throws; call again without it
   */
  prepare(dtype: DType, contenders: readonly Contender[]): void {
    if (this.#option !== undefined) {
      this.#sources.set(dtype, this.#option === false ? 'off' : 'preset')
      return
    }
    const missing = contenders.filter(
      ({ name }) =>
        this.#costs[name]?.[dtype] === undefined && !this.#tried.has(`${name} ${dtype}`),
    )
    if (missing.length > 0) this.#measure(dtype, missing)
    else if (!this.#sources.has(dtype)) this.#sources.set(dtype, 'cache')
  }

  /** Microseconds of a call by a backend; null when that is not known. */
  predict(name: string, dtype: DType, bytes: number): number | null {
    return predict(this.#costs[name]?.[dtype], bytes)
  }

  #measure(dtype: DType, contenders: readonly Contender[]): void {
    const budget = SHARE * (BUDGET - this.#spent)
    const isReliable = budget >= LEAST && this.#measureWithin(budget, dtype, contenders)
    if (isReliable) this.#cache.save(this.#costs)
    else this.#unreliable.add(dtype)
    for (const { name } of contenders) this.#tried.add(`${name} ${dtype}`)
    this.#sources.set(dtype, 'measured')
  }

  /** False when the costs are rough. */
  #measureWithin(budget: number, dtype: DType, contenders: readonly Contender[]): boolean {
    const start = this.#clock()
    try {
      const { costs, isReliable } = calibrate(dtype, contenders, { clock: this.#clock, budget })
      this.#costs = mergeCalibrations(this.#costs, costs)
      return isReliable
    } finally {
      this.#spent += this.#clock() - start
    }
  }
}

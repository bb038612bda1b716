/**
 * The cost model: per backend, dtype and size class, `overhead + bytes / rate`. A size class ends
 * where a cache or a pool of threads changes the slope; neighbouring classes meet in a measured
 * point. Plain data, so that it can be stored, preset and shown.
 */
import { DTYPES, type DType } from '@rope/core'

/** Sizes up to `upTo` bytes (null: all larger ones) cost `overhead + bytes / rate`. */
export interface SizeClass {
  readonly upTo: number | null
  /** Microseconds. */
  readonly overhead: number
  /** Bytes per microsecond, read and written ones together. */
  readonly rate: number
}

/** Size classes from small to large; the last one has no end. */
export type CostCurve = readonly SizeClass[]

/** Cost curves by dtype. */
export type DTypeCosts = Readonly<Partial<Record<DType, CostCurve>>>

/** What calls cost on one machine: by the name of the backend, then by dtype. */
export type Calibration = Readonly<Record<string, DTypeCosts>>

/** One measured size. */
export interface CostPoint {
  readonly bytes: number
  readonly microseconds: number
}

/** A rate stands for "no slope at all" from here on: a terabyte in a microsecond. */
const NO_SLOPE = 1e12

/**
 * The curve through points, sorted by size. Larger calls never cost less: where noise says so, the
 * smaller one's time counts.
 */
export function fitCurve(points: readonly CostPoint[]): CostCurve {
  const rising: CostPoint[] = []
  for (const { bytes, microseconds } of points) {
    rising.push({ bytes, microseconds: Math.max(microseconds, rising.at(-1)?.microseconds ?? 0) })
  }
  const [only] = rising
  if (only === undefined) return []
  if (rising.length === 1)
    return [{ upTo: null, overhead: 0, rate: rateOf(only.bytes, only.microseconds) }]
  const classes = rising.slice(1).map((to, i): SizeClass => {
    const from = rising[i] as CostPoint
    const rate = rateOf(to.bytes - from.bytes, to.microseconds - from.microseconds)
    const isLast = i === rising.length - 2
    return { upTo: isLast ? null : to.bytes, overhead: from.microseconds - from.bytes / rate, rate }
  })
  return [...smallest(only, classes[0] as SizeClass), ...classes]
}

/**
 * Below the smallest size nothing was measured. A line that falls too steeply there would promise
 * calls for nothing; half of the smallest call's time is taken for what every call costs.
 */
function smallest({ bytes, microseconds }: CostPoint, next: SizeClass): readonly SizeClass[] {
  const overhead = microseconds / 2
  if (next.overhead >= overhead) return []
  return [{ upTo: bytes, overhead, rate: rateOf(bytes, overhead) }]
}

function rateOf(bytes: number, microseconds: number): number {
  return Math.min(NO_SLOPE, bytes / microseconds) || NO_SLOPE
}

/** Microseconds that a call of so many bytes takes; null for an empty curve. */
export function predict(curve: CostCurve | undefined, bytes: number): number | null {
  const found = curve?.find(({ upTo }) => upTo === null || bytes <= upTo)
  return found === undefined ? null : Math.max(0, found.overhead + bytes / found.rate)
}

function isCurve(value: unknown): value is CostCurve {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every((one: unknown, i) => {
    const { upTo, overhead, rate } = (one ?? {}) as Readonly<Record<string, unknown>>
    const isEnd = i === value.length - 1 ? upTo === null : Number.isFinite(upTo)
    return isEnd && Number.isFinite(overhead) && Number.isFinite(rate) && (rate as number) > 0
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True when a value that came from outside is a calibration. */
export function isCalibration(value: unknown): value is Calibration {
  if (!isRecord(value)) return false
  return Object.values(value).every(
    (costs) =>
      isRecord(costs) &&
      Object.entries(costs).every(
        ([dtype, curve]) => DTYPES.includes(dtype as DType) && isCurve(curve),
      ),
  )
}

/** One calibration with the curves of another laid over it. */
export function mergeCalibrations(base: Calibration, over: Calibration): Calibration {
  const names = new Set([...Object.keys(base), ...Object.keys(over)])
  return Object.fromEntries([...names].map((name) => [name, { ...base[name], ...over[name] }]))
}

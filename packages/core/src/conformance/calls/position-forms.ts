/**
 * Position forms: what a user may write, each with the positions it stands for, worked out here by
 * plain loops and not by the library. Sizes are those of the scenarios: see SIZES in matrix.ts.
 */
import type { AxisPositions, PositionArray, Positions } from '../../positions/forms.js'

/** Positions as a user writes them and, per axis, the position of every (batch, token). */
export interface PositionForm {
  readonly positions: Positions
  readonly rows: readonly Float64Array[]
}

/** Sizes that positions depend on. */
export interface PositionSizes {
  readonly batch: number
  readonly tokens: number
  readonly axes: number
}

type AxisForm = (sizes: PositionSizes) => {
  readonly positions: AxisPositions
  readonly row: Float64Array
}
type Formula = (batch: number, token: number) => number

function rowOf({ batch, tokens }: PositionSizes, formula: Formula): Float64Array {
  const row = new Float64Array(batch * tokens)
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < tokens; t++) row[b * tokens + t] = formula(b, t)
  return row
}

/** The first position of every batch entry. */
function start(first: number, positions: number | bigint = first): AxisForm {
  return (sizes) => ({ positions, row: rowOf(sizes, (_, t) => first + t) })
}

/** Ids in no particular order, with repetitions; small enough for every integer type. */
function scattered(token: number): number {
  return (token * 37 + 11) % 101
}

/** Ids [tokens], shared by all batch entries, in an array of some type. */
function ids(
  make: (values: readonly number[]) => PositionArray,
  formula: (t: number) => number,
): AxisForm {
  return (sizes) => ({
    positions: make(Array.from({ length: sizes.tokens }, (_, t) => formula(t))),
    row: rowOf(sizes, (_, t) => formula(t)),
  })
}

/** Ids [batch * tokens]. */
function batchIds(make: (values: readonly number[]) => PositionArray, formula: Formula): AxisForm {
  return (sizes) => {
    const row = rowOf(sizes, formula)
    return { positions: make([...row]), row }
  }
}

function offsetsPerBatch(sizes: PositionSizes): ReturnType<AxisForm> {
  const offsets = Int32Array.from({ length: sizes.batch }, (_, b) => 7 + 1000 * b)
  return { positions: { offsets }, row: rowOf(sizes, (b, t) => 7 + 1000 * b + t) }
}

/** Sequence lengths that add up to the tokens, an empty sequence among them. */
function lengthsOf(tokens: number): readonly number[] {
  const first = Math.min(2, tokens)
  return [first, 0, tokens - first]
}

const SEQUENCE_OFFSETS: readonly number[] = [100, 200, 4]

/** Packed sequences; `spelling` says how their lengths are written. */
function packed(spelling: 'lengths' | 'cumulative', withOffsets: boolean): AxisForm {
  return (sizes) => {
    const lengths = lengthsOf(sizes.tokens)
    const starts = withOffsets ? SEQUENCE_OFFSETS : lengths.map(() => 0)
    const row = lengths.flatMap((length, s) =>
      Array.from({ length }, (_, t) => (starts[s] as number) + t),
    )
    const ends = lengths.map((_, s) => lengths.slice(0, s + 1).reduce((sum, n) => sum + n, 0))
    const offsets = withOffsets ? { offsets: SEQUENCE_OFFSETS } : {}
    const positions =
      spelling === 'lengths'
        ? { sequenceLengths: Int32Array.from(lengths), ...offsets }
        : { cumulativeLengths: [0, ...ends], ...offsets }
    return { positions, row: Float64Array.from(row) }
  }
}

const toBigInts = (values: readonly number[]): bigint[] => values.map(BigInt)

/** The name of a position form of one axis. */
export type AxisFormName =
  | 'start'
  | 'zero'
  | 'bigint'
  | 'negative-start'
  | 'fractional-start'
  | 'list'
  | 'float64-fractional'
  | 'float32-fractional'
  | 'int32-negative'
  | 'uint32'
  | 'int16'
  | 'uint16'
  | 'int8'
  | 'uint8'
  | 'int64'
  | 'uint64'
  | 'batch-ids'
  | 'batch-int64'
  | 'batch-offsets'
  | 'sequence-lengths'
  | 'sequence-lengths-offsets'
  | 'cumulative-lengths'
  | 'cumulative-lengths-offsets'

const SINGLE: Readonly<Record<AxisFormName, AxisForm>> = {
  start: start(3),
  zero: start(0),
  bigint: start(131071, 131071n),
  'negative-start': start(-2),
  'fractional-start': start(2.25),
  list: ids((v) => v, scattered),
  'float64-fractional': ids(Float64Array.from.bind(Float64Array), (t) => 0.37 * t - 5.1),
  'float32-fractional': ids(Float32Array.from.bind(Float32Array), (t) => 0.25 * t - 0.5),
  'int32-negative': ids(Int32Array.from.bind(Int32Array), (t) => 3 - 1000 * t),
  uint32: ids(Uint32Array.from.bind(Uint32Array), (t) => 4000000000 + 3 * t),
  int16: ids(Int16Array.from.bind(Int16Array), (t) => -scattered(t)),
  uint16: ids(Uint16Array.from.bind(Uint16Array), (t) => 65535 - scattered(t)),
  int8: ids(Int8Array.from.bind(Int8Array), (t) => -scattered(t)),
  uint8: ids(Uint8Array.from.bind(Uint8Array), scattered),
  int64: ids(
    (v) => BigInt64Array.from(toBigInts(v)),
    (t) => -(2 ** 31) + scattered(t),
  ),
  uint64: ids(
    (v) => BigUint64Array.from(toBigInts(v)),
    (t) => 2 ** 31 - 1 - scattered(t),
  ),
  'batch-ids': batchIds(
    (v) => v,
    (b, t) => scattered(t) + 500 * b,
  ),
  'batch-int64': batchIds(
    (v) => BigInt64Array.from(toBigInts(v)),
    (b, t) => 9 * t - 40 * b,
  ),
  'batch-offsets': offsetsPerBatch,
  'sequence-lengths': packed('lengths', false),
  'sequence-lengths-offsets': packed('lengths', true),
  'cumulative-lengths': packed('cumulative', false),
  'cumulative-lengths-offsets': packed('cumulative', true),
}

/** Different forms on different axes: a start, ids and fractional ids. */
const MIXED: readonly AxisForm[] = [SINGLE.start, SINGLE.list, SINGLE['float64-fractional']]

/** The name of a position form; `axes` gives one array per axis. */
export type PositionFormName = AxisFormName | 'axes' | 'axes-batch'

function perAxis(sizes: PositionSizes, formOf: (axis: number) => AxisForm): PositionForm {
  const forms = Array.from({ length: sizes.axes }, (_, axis) => formOf(axis)(sizes))
  return {
    positions: { axes: forms.map((form) => form.positions) },
    rows: forms.map((form) => form.row),
  }
}

/** The positions of a form for tensors of some sizes. */
export function positionForm(name: PositionFormName, sizes: PositionSizes): PositionForm {
  if (name === 'axes') return perAxis(sizes, (axis) => MIXED[axis % MIXED.length] as AxisForm)
  if (name === 'axes-batch') {
    const shifted = (axis: number): AxisForm =>
      batchIds(
        (v) => v,
        (b, t) => scattered(t) + 500 * b - 30 * axis,
      )
    return perAxis(sizes, shifted)
  }
  const { positions, row } = SINGLE[name](sizes)
  return { positions, rows: Array.from({ length: sizes.axes }, () => row) }
}

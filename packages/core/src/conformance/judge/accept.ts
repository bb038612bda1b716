/**
 * Acceptance. CPU backends: the same bits as the model oracle (any NaN equals any NaN). Every
 * backend: close to truth, by a bound that is derived here and relative to the norm of the pair.
 *
 * The bound. A pair (x, y) of norm N turns into x c - y s and y c + x s, with rows of norm A.
 *
 * 1. Rows: c and s are off by at most r A each, which moves a result by |dc x - ds y|, at most
 *    |(dc, ds)| N <= sqrt(2) r A N (Cauchy-Schwarz).
 * 2. Arithmetic: two products and a sum, each rounded with relative error u: at most
 *    (2u + u^2) (|x c| + |y s|) <= (2u + u^2) A N (Cauchy-Schwarz again). A fused multiply-add
 *    rounds less often, so it stays within this.
 * 3. Storage: results are at most A N, and rounding one to 16 bits costs v of it.
 *
 * One after the other: ((1 + sqrt(2) r)(1 + 2u + u^2)(1 + v) - 1) A N. CPU backends round to
 * nearest: u = 2^-24 (2^-53 for float64), v = 2^-11 (float16), 2^-8 (bfloat16). WGSL promises
 * "correctly rounded" as either neighbour, which doubles u and v.
 *
 * What underflows has no relative error but an absolute one: half the smallest subnormal for each
 * rounding on a CPU; a GPU may flush a subnormal operand, product or result to zero, which costs
 * up to the smallest normal number each time.
 */
import type { DType, Elements } from '../../numbers/dtype.js'
import { FLOAT_FORMATS } from '../../reference/float-format.js'
import type { LogicalSizes, LogicalWindow } from '../../reference/logical-tensor.js'
import { fail, type Trial } from '../case.js'
import { decode, showElement, toNumbers, wordsOf } from '../memory/elements.js'
import { stepsOf } from './quick-model.js'

/** The promised error of cos and sin in the rows, as a part of the attention factor. */
export const ROW_ERROR: Readonly<Record<'float32' | 'float64', number>> = {
  float32: 6e-8,
  float64: 2 ** -49,
}

/** What was rotated, what came out and what should have. All in logical order. */
export interface Judged {
  /** How messages call it: `q`, `k`. */
  readonly name: string
  readonly dtype: DType
  readonly sizes: LogicalSizes
  readonly window: LogicalWindow
  readonly input: Elements
  readonly actual: Elements
  /** The model oracle's answer. */
  readonly model: Elements
  /** The truth, in double, and the rows it was made with. */
  readonly truth: ArrayLike<number>
  readonly rows: { readonly cos: ArrayLike<number>; readonly sin: ArrayLike<number> }
  /** Error of the rows that the subject was given, relative to their norm: 0 when they are exact. */
  readonly rowError: number
}

/** An error that is allowed: `relative` times the norm of the rotated pair, plus `absolute`. */
export interface Allowance {
  readonly relative: number
  readonly absolute: number
}

const STORAGE: Readonly<Record<DType, number>> = {
  float64: 0,
  float32: 0,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
}

/**
 * The bound derived above.
 *
 * @param amplification the largest row norm that may multiply an underflow
 */
export function allowance(
  dtype: DType,
  device: 'cpu' | 'gpu',
  rowError: number,
  amplification = 1,
): Allowance {
  const neighbours = device === 'gpu' ? 2 : 1
  const u = neighbours * (dtype === 'float64' ? 2 ** -53 : 2 ** -24)
  const v = neighbours * STORAGE[dtype]
  const relative = (1 + Math.SQRT2 * rowError) * (1 + 2 * u + u * u) * (1 + v) - 1
  const computed = FLOAT_FORMATS[dtype === 'float64' ? 'float64' : 'float32']
  const stored = FLOAT_FORMATS[dtype]
  const smallest = 2 ** computed.smallest
  if (device === 'cpu') return { relative, absolute: 1.5 * smallest + 2 ** (stored.smallest - 1) }
  const normal = smallest * 2 ** (computed.precision - 1)
  const storedNormal = 2 ** (stored.smallest + stored.precision - 1)
  return { relative, absolute: Math.max(1, amplification) * (5 * normal + 3 * storedNormal) }
}

/** The largest finite number of a dtype. */
export function largestFinite(dtype: DType): number {
  const { precision, overflow } = FLOAT_FORMATS[dtype]
  return 2 ** (overflow - 1) * (2 - 2 ** (1 - precision))
}

/** Where an element is, for messages. */
function placeOf({ sizes }: Judged, index: number): string {
  const { tokens, heads, headDim } = sizes
  const channel = index % headDim
  const head = Math.floor(index / headDim) % heads
  const row = Math.floor(index / (headDim * heads))
  return `[batch ${Math.floor(row / tokens)}, token ${row % tokens}, head ${head}, channel ${channel}]`
}

function rejectElement(judged: Judged, index: number, why: string): never {
  const { dtype, actual, model, truth, input, name } = judged
  fail(
    `${name}${placeOf(judged, index)} ${why}: got ${showElement(dtype, actual, index)}, ` +
      `model ${showElement(dtype, model, index)}, truth ${truth[index]}, input ${showElement(dtype, input, index)}`,
  )
}

function isInWindow({ sizes, window }: Judged, index: number): boolean {
  const channel = (index % sizes.headDim) - window.windowOffset
  return channel >= 0 && channel < window.rotaryDim
}

/** Bits against the model oracle: everywhere on a CPU, outside the window on a GPU. */
function checkBits(judged: Judged, device: 'cpu' | 'gpu'): void {
  const { dtype, actual, model } = judged
  if (actual.length !== model.length)
    fail(`${judged.name} has ${actual.length} elements, not ${model.length}`)
  const got = wordsOf(actual)
  const wanted = wordsOf(model)
  const words = wanted.length / Math.max(1, model.length)
  for (let word = 0; word < wanted.length; word++) {
    if (got[word] === wanted[word]) continue
    const i = Math.floor(word / words)
    if (!isInWindow(judged, i))
      rejectElement(judged, i, 'lies outside the window and is not a copy, bit for bit')
    if (device === 'gpu') continue
    const bothNaN =
      Number.isNaN(decode(dtype, actual[i] as number)) &&
      Number.isNaN(decode(dtype, model[i] as number))
    if (!bothNaN) rejectElement(judged, i, 'differs in its bits from the model')
  }
}

/** The length of (a, b); Math.hypot costs more than all the rest, and only extremes need it. */
function normOf(a: number, b: number): number {
  const square = a * a + b * b
  return square > 1e-200 && square < 1e200 ? Math.sqrt(square) : Math.hypot(a, b)
}

function rejectDistance(judged: Judged, index: number, off: number, relative: number): never {
  const allowed = `allowed ${relative.toExponential(2)}`
  const found = `${off.toExponential(2)} of the norm of its pair`
  return rejectElement(judged, index, `is too far from truth (${found}, ${allowed})`)
}

/** Looks at one pair; `turn` is its place in the rows. */
type CheckPair = (x: number, y: number, turn: number) => void

function pairCheck(judged: Judged, device: 'cpu' | 'gpu', observe: Trial['observe']): CheckPair {
  const { dtype, rows, truth, rowError } = judged
  const input = toNumbers(dtype, judged.input)
  const actual = toNumbers(dtype, judged.actual)
  const limit = largestFinite(dtype)
  const plain = allowance(dtype, device, rowError)
  const { relative } = plain
  // An underflow is amplified with the pair: `allowance` with this amplitude, without the rest of it.
  function checkMember(index: number, norm: number, absolute: number): void {
    const off = Math.abs((actual[index] as number) - (truth[index] as number))
    if (norm > 0) observe(Math.max(0, off - absolute) / norm)
    if (!(off <= relative * norm + absolute)) rejectDistance(judged, index, off / norm, relative)
  }
  return (x, y, turn) => {
    const amplitude = normOf(rows.cos[turn] as number, rows.sin[turn] as number)
    const norm = amplitude * normOf(input[x] as number, input[y] as number)
    // Pairs that overflow have no truth.
    if (!(norm < limit)) return
    const absolute = device === 'gpu' && amplitude > 1 ? amplitude * plain.absolute : plain.absolute
    checkMember(x, norm, absolute)
    checkMember(y, norm, absolute)
  }
}

/** Distance to truth, relative to the norm of the pair. */
function checkTruth(judged: Judged, device: 'cpu' | 'gpu', observe: Trial['observe']): void {
  const { sizes, window } = judged
  const { pairs, step, partner } = stepsOf(window)
  const checkPair = pairCheck(judged, device, observe)
  let first = window.windowOffset
  for (let row = 0; row < sizes.batch * sizes.tokens; row++) {
    for (let head = 0; head < sizes.heads; head++, first += sizes.headDim) {
      for (let i = 0, x = first; i < pairs; i++, x += step) {
        checkPair(x, x + partner, row * pairs + i)
      }
    }
  }
}

/** The largest errors of models: where bits are equal, so are distances. */
const measured = new WeakMap<Elements, number>()

/** Below every error: nothing was measured. */
const NOTHING = -1

/**
 * Fails unless the subject's result is acceptable for its device. A model is one object for all that
 * are judged with the same numbers, rows and truth: on a CPU its distance is worked out once.
 */
export function judge(trial: Trial, judged: Judged): void {
  const { device } = trial.backend
  checkBits(judged, device)
  const known = device === 'cpu' ? measured.get(judged.model) : undefined
  let worst = known ?? NOTHING
  if (known === undefined) {
    checkTruth(judged, device, (error) => {
      if (error > worst) worst = error
      trial.observe(error)
    })
    if (device === 'cpu') measured.set(judged.model, worst)
  } else if (known !== NOTHING) trial.observe(known)
}

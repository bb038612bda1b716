/**
 * Properties: what makes RoPE what it is, checked on the subject alone, without an oracle. The
 * tolerances are sums of what single rotations may be off by (see accept.ts).
 */
import type { RopeOptions } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType } from '../../numbers/dtype.js'
import type { Layout } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import { pairChannels } from '../../reference/channels.js'
import type { ScheduleOptions } from '../../schedule/schedule.js'
import { permutePairing } from '../../weights/permute-pairing.js'
import {
  checkClose,
  needDType,
  rotateNumbers,
  rotationAllowance,
  storable,
} from '../calls/numbers.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { ordinaryNumbers } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

const HEAD_DIM = 32
const PAIRS = HEAD_DIM / 2
const HEADS = 2
const TOKENS = 3
const LENGTH = TOKENS * HEADS * HEAD_DIM
const SHAPE: readonly number[] = [TOKENS, HEADS, HEAD_DIM]
const BASE_10000: ScheduleOptions = { type: 'default', base: 10000 }

/** One property under test: who, with what, and its numbers. */
interface Setting {
  readonly trial: Trial
  readonly pairing: PairingName
  readonly dtype: DType
  /** The input, as the dtype stores it. */
  readonly x: Float64Array
  /** What one rotation may be off by, for numbers of the size of the input's largest pair. */
  readonly once: number
}

type Property = (setting: Setting) => Promise<void>

function optionsOf({ pairing }: Setting, schedule: ScheduleOptions = BASE_10000): RopeOptions {
  return { headDim: HEAD_DIM, pairing, schedule }
}

/** Rotates a [tokens, heads, headDim] tensor. */
function rotate(
  setting: Setting,
  values: ArrayLike<number>,
  positions: Positions,
  changes: {
    readonly inverse?: boolean
    readonly schedule?: ScheduleOptions
    readonly pairing?: PairingName
  } = {},
): Promise<Float64Array> {
  const { trial, dtype } = setting
  const { inverse = false, schedule = BASE_10000, pairing = setting.pairing } = changes
  return rotateNumbers(trial, {
    options: { ...optionsOf(setting, schedule), pairing },
    dtype,
    q: { layout: 'thd', shape: SHAPE, values },
    positions,
    inverse,
  })
}

/** The two numbers of every pair, as indices into a tensor. */
function pairsOf(pairing: PairingName): readonly { readonly x: number; readonly y: number }[] {
  return Array.from({ length: LENGTH / 2 }, (_, n) => {
    const { x, y } = pairChannels(pairing, n % PAIRS, PAIRS)
    const head = Math.floor(n / PAIRS) * HEAD_DIM
    return { x: head + x, y: head + y }
  })
}

function norms(values: ArrayLike<number>, pairing: PairingName): readonly number[] {
  return pairsOf(pairing).map(({ x, y }) => Math.hypot(values[x] as number, values[y] as number))
}

/** A rotation moves no pair nearer to or farther from zero: each member is off by `once` at most. */
const keepsNorms: Property = async (setting) => {
  const { x, pairing, once } = setting
  const rotated = await rotate(setting, x, [3, 1000, 131071])
  checkClose('norm of a pair', norms(rotated, pairing), norms(x, pairing), () => Math.SQRT2 * once)
}

/** With an attention factor A, every norm grows by A. */
const scalesNorms: Property = async (setting) => {
  const { x, pairing, once } = setting
  const inverseFrequencies = Array.from({ length: PAIRS }, (_, i) => 0.7 ** i)
  const schedule: ScheduleOptions = { type: 'custom', inverseFrequencies, attentionFactor: 1.5 }
  const rotated = await rotate(setting, x, 9, { schedule })
  const expected = norms(x, pairing).map((norm) => 1.5 * norm)
  checkClose('norm of a pair', norms(rotated, pairing), expected, () => Math.SQRT2 * 1.5 * once)
}

/** Rotating by a and then by b is rotating by a + b: three rotations, each off by `once`. */
const composes: Property = async (setting) => {
  const { x, once } = setting
  const first = await rotate(setting, x, [5, 70, -3])
  const both = await rotate(setting, first, [12, 1000, 2])
  const direct = await rotate(setting, x, [17, 1070, -1])
  // The first result is stored; its error is turned by the second rotation, which keeps its norm.
  checkClose('R(b) R(a) x against R(a + b) x', both, direct, () => (Math.SQRT2 + 2) * once)
}

const inverseUndoes: Property = async (setting) => {
  const { x, once } = setting
  const there = await rotate(setting, x, [4095, 3, 131071])
  const back = await rotate(setting, there, [4095, 3, 131071], { inverse: true })
  checkClose('inverse of the rotation', back, x, () => (Math.SQRT2 + 1) * once)
}

const negativeIsInverse: Property = async (setting) => {
  const { x, once } = setting
  const backwards = await rotate(setting, x, [-7, -4095, -1])
  const inverse = await rotate(setting, x, [7, 4095, 1], { inverse: true })
  checkClose('R(-p) x against the inverse of R(p)', backwards, inverse, () => 2 * once)
}

function score(q: ArrayLike<number>, k: ArrayLike<number>, token: number): number {
  let sum = 0
  for (let c = 0; c < HEADS * HEAD_DIM; c++) {
    sum += (q[token * HEADS * HEAD_DIM + c] as number) * (k[token * HEADS * HEAD_DIM + c] as number)
  }
  return sum
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0)
}

/** <R_m q, R_n k> depends on n - m only: the sentence RoPE was derived from. */
const scoresAreRelative: Property = async (setting) => {
  const { x, dtype, once } = setting
  const y = storable(dtype, ordinaryNumbers(LENGTH, seedOf('keys')))
  const scores = async (shift: number): Promise<readonly number[]> => {
    const q = await rotate(setting, x, [3 + shift, 8 + shift, 100 + shift])
    const k = await rotate(setting, y, [10 + shift, 2 + shift, 100 + shift])
    return [0, 1, 2].map((token) => score(q, k, token))
  }
  // Each of the two scores is a sum of products whose factors are off by `once`; a rotated number
  // is at most the norm of its pair, hence at most the sum of the pair's magnitudes.
  const distance = 2 * 2 * once * (total(x) + total(y) + LENGTH * once)
  checkClose('score after moving both', await scores(1000), await scores(0), () => distance)
}

/** <R x, y> = <x, R^-1 y>: the inverse is the adjoint, hence the backward pass. */
const inverseIsAdjoint: Property = async (setting) => {
  const { x, dtype, once } = setting
  const y = storable(dtype, ordinaryNumbers(LENGTH, seedOf('gradients')))
  const forward = await rotate(setting, x, [3, 55, 1234])
  const backward = await rotate(setting, y, [3, 55, 1234], { inverse: true })
  const left = [0, 1, 2].map((token) => score(forward, y, token))
  const right = [0, 1, 2].map((token) => score(x, backward, token))
  checkClose('<R x, y> against <x, R^-1 y>', left, right, () => once * (total(x) + total(y)))
}

/** Position 0: cos 1 and sin 0, which no rounding can change. */
const zeroIsIdentity: Property = async (setting) => {
  const { x } = setting
  checkClose('R(0) x', await rotate(setting, x, [0, 0, 0]), x, () => 0)
}

function permuted(values: Float64Array, to: PairingName): Float64Array {
  const from = to === 'half' ? 'interleaved' : 'half'
  return permutePairing(values, { from, to, heads: TOKENS * HEADS, headDim: HEAD_DIM })
}

/** The pairings differ in the order of channels and in nothing else, not even in a bit. */
const pairingsAgree: Property = async (setting) => {
  const { x, pairing } = setting
  const other: PairingName = pairing === 'half' ? 'interleaved' : 'half'
  const own = await rotate(setting, x, [3, 4095, -2])
  const moved = await rotate(setting, permuted(x, other), [3, 4095, -2], { pairing: other })
  checkClose(`the ${other} pairing`, permuted(moved, pairing), own, sameOn(setting))
}

/** Position interpolation: with factor 4, position 4p stands where p stood. */
const linearInterpolates: Property = async (setting) => {
  const { x, once } = setting
  const stretched = await rotate(setting, x, [4, 400, 52], {
    schedule: { type: 'linear', base: 10000, factor: 4 },
  })
  const plain = await rotate(setting, x, [1, 100, 13])
  checkClose('linear by 4 at 4p', stretched, plain, () => 2 * once)
}

/** Rotation is linear, and multiplying by a power of two costs no rounding. */
const isHomogeneous: Property = async (setting) => {
  const { x, trial, once } = setting
  const doubled = await rotate(
    setting,
    x.map((value) => 4 * value),
    77,
  )
  const plain = await rotate(setting, x, 77)
  const allowed = trial.backend.device === 'cpu' ? 0 : 5 * once
  checkClose(
    'R(4 x)',
    doubled,
    plain.map((value) => 4 * value),
    () => allowed,
  )
}

/** The element of the token's first head that stands where element `i` does in its own. */
function firstHead(i: number): number {
  return Math.floor(i / (HEADS * HEAD_DIM)) * HEADS * HEAD_DIM + (i % HEAD_DIM)
}

/** Same bits on a CPU; a GPU may compile two heads, or two calls, to different instructions. */
function sameOn({ trial, once }: Setting): () => number {
  const allowed = trial.backend.device === 'cpu' ? 0 : 2 * once
  return () => allowed
}

/** All heads of a token turn by the same angles: equal heads stay equal. */
const headsAgree: Property = async (setting) => {
  const { x } = setting
  const twins = x.map((_, i) => x[firstHead(i)] as number)
  const rotated = await rotate(setting, twins, [9, 131071, 0.5])
  const first = rotated.map((_, i) => rotated[firstHead(i)] as number)
  checkClose('a head like the first', rotated, first, sameOn(setting))
}

/** A token's result depends on its own position only, however the batch is cut. */
const tokensAreIndependent: Property = async (setting) => {
  const { x, trial, dtype, pairing } = setting
  const together = await rotate(setting, x, [40, 7, 3000])
  const size = HEADS * HEAD_DIM
  for (const [token, position] of [40, 7, 3000].entries()) {
    const values = x.subarray(token * size, (token + 1) * size)
    const q = { layout: 'thd', shape: [1, HEADS, HEAD_DIM], values } as const
    const alone = await rotateNumbers(trial, {
      options: { ...optionsOf(setting), pairing },
      dtype,
      q,
      positions: position,
    })
    checkClose(
      `token ${token} alone`,
      alone,
      together.subarray(token * size, (token + 1) * size),
      sameOn(setting),
    )
  }
}

/** A layout is a way to write the same memory: equal elements give equal results, bit for bit. */
const layoutsAgree: Property = async (setting) => {
  const { x, trial, dtype } = setting
  const hidden = HEADS * HEAD_DIM
  const shapes: readonly (readonly [Layout, readonly number[]])[] = [
    ['flat', [TOKENS, hidden]],
    ['flat', [1, TOKENS, hidden]],
    ['bshd', [1, TOKENS, HEADS, HEAD_DIM]],
    ['sbhd', [TOKENS, 1, HEADS, HEAD_DIM]],
  ]
  const packed = await rotate(setting, x, [5, 2, 131071])
  for (const [layout, shape] of shapes) {
    const q = { layout, shape, values: x }
    const options = optionsOf(setting)
    const written = await rotateNumbers(trial, { options, dtype, q, positions: [5, 2, 131071] })
    checkClose(`${layout} ${shape.join(' x ')}`, written, packed, sameOn(setting))
  }
}

const PROPERTIES: Readonly<Record<string, Property>> = {
  'keeps-norms': keepsNorms,
  'attention-factor-scales-norms': scalesNorms,
  composes,
  'inverse-undoes': inverseUndoes,
  'negative-position-is-inverse': negativeIsInverse,
  'scores-are-relative': scoresAreRelative,
  'inverse-is-adjoint': inverseIsAdjoint,
  'position-zero-is-identity': zeroIsIdentity,
  'pairings-agree': pairingsAgree,
  'linear-interpolates': linearInterpolates,
  homogeneous: isHomogeneous,
  'heads-agree': headsAgree,
  'tokens-are-independent': tokensAreIndependent,
  'layouts-agree': layoutsAgree,
}

function propertyCase(
  name: string,
  property: Property,
  pairing: PairingName,
  dtype: DType,
): ConformanceCase {
  return defineCase('properties', `${name}/${pairing}/${dtype}`, async (trial) => {
    needDType(trial, dtype)
    const x = storable(dtype, ordinaryNumbers(LENGTH, seedOf(`${name} ${pairing} ${dtype}`)))
    const { relative, absolute } = rotationAllowance(trial, dtype)
    const largest = Math.max(...norms(x, pairing))
    await property({ trial, pairing, dtype, x, once: relative * largest + absolute })
  })
}

/** The properties family. */
export function propertiesCases(): readonly ConformanceCase[] {
  return Object.entries(PROPERTIES).flatMap(([name, property]) =>
    KINDS.map(([pairing, dtype]) => propertyCase(name, property, pairing, dtype)),
  )
}

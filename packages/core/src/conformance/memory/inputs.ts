/**
 * Inputs: seeded ordinary numbers, the special ones, and the noise that canaries are made of.
 */
import type { DType, Elements } from '../../numbers/dtype.js'
import { FLOAT_FORMATS } from '../../reference/float-format.js'
import { createElements, elementsFrom, wordsOf } from './elements.js'
import { type Random, seededRandom, seedOf } from './random.js'

/** The magnitudes of ordinary numbers: 2^-6 ... 2^2, to be multiplied by 1 ... 2. */
const BINADES: readonly number[] = Array.from({ length: 9 }, (_, i) => 2 ** (i - 6))

/** Numbers of mixed sign whose magnitudes spread over 2^-6 ... 2^3, none of them special. */
export function ordinaryNumbers(length: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  const numbers = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const sign = random() < 0.5 ? -1 : 1
    numbers[i] = sign * (1 + random()) * (BINADES[Math.floor(random() * 9)] as number)
  }
  return numbers
}

/** How many numbers are made once, a prime, so that no size of a tensor divides it. */
const MADE = 65521

const ordinary = new Map<DType, Elements>()

function madeOnce<Key>(made: Map<Key, Elements>, key: Key, make: () => Elements): Elements {
  const known = made.get(key) ?? make()
  made.set(key, known)
  return known
}

/** Fills `to` with what was made, from a place that depends on the seed, and again from its start. */
function fillFrom(made: Elements, to: Elements, seed: number): void {
  const from = wordsOf(made)
  const into = wordsOf(to)
  const hash = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  let start = (hash % made.length) * (from.length / made.length)
  for (let at = 0; at < into.length; ) {
    const rest = from.subarray(start, start + into.length - at)
    into.set(rest, at)
    at += rest.length
    start = 0
  }
}

/** Ordinary numbers as elements of a dtype. */
export function ordinaryElements(dtype: DType, length: number, seed: number): Elements {
  const make = (): Elements => elementsFrom(dtype, ordinaryNumbers(MADE, seedOf(dtype)))
  const elements = createElements(dtype, length)
  fillFrom(madeOnce(ordinary, dtype, make), elements, seed)
  return elements
}

const noise = new Map<number, Elements>()

function makeNoise(bytesPerElement: number): Elements {
  const random = seededRandom(bytesPerElement)
  const bytes = Uint8Array.from({ length: MADE * bytesPerElement }, () => random() * 256)
  return bytesPerElement === 2 ? new Uint16Array(bytes.buffer) : new Float32Array(bytes.buffer)
}

/** Fills memory with random bytes: any change of any of them is a write that should not be. */
export function fillWithNoise(elements: Elements, seed: number): void {
  const size = elements.BYTES_PER_ELEMENT === 2 ? 2 : 4
  fillFrom(
    madeOnce(noise, size, () => makeNoise(size)),
    elements,
    seed,
  )
}

interface Turns {
  readonly cos: Float64Array
  readonly sin: Float64Array
}

function makeTurns(random: Random): Turns {
  const cos = new Float64Array(MADE)
  const sin = new Float64Array(MADE)
  for (let i = 0; i < MADE; i++) {
    const angle = random() * 2 * Math.PI
    const factor = 0.5 + random()
    cos[i] = factor * Math.cos(angle)
    sin[i] = factor * Math.sin(angle)
  }
  return { cos, sin }
}

let turns: Turns | undefined

/** Rows of cos and sin that belong to no schedule: any kernel must take them as they are. */
export function randomRows(length: number, random: Random): Turns {
  turns ??= makeTurns(seededRandom(seedOf('turns')))
  const cos = new Float64Array(length)
  const sin = new Float64Array(length)
  const seed = random() * 2 ** 32
  fillFrom(turns.cos, cos, seed)
  fillFrom(turns.sin, sin, seed)
  return { cos, sin }
}

/** The classes of special numbers, each with what makes it special. */
export type SpecialClass = 'nan' | 'infinity' | 'signed-zero' | 'subnormal' | 'largest'

/** Every class, for the matrix of cases. */
export const SPECIAL_CLASSES: readonly SpecialClass[] = [
  'nan',
  'infinity',
  'signed-zero',
  'subnormal',
  'largest',
]

/** Ordinary company for the special numbers: a pair has two members. */
const COMPANY: readonly number[] = [1, -1.5, 0, -0, 3]

/** The numbers of a class in a dtype, as numbers that the dtype represents exactly. */
export function specialNumbers(kind: SpecialClass, dtype: DType): readonly number[] {
  const { precision, smallest, overflow } = FLOAT_FORMATS[dtype]
  const unit = 2 ** smallest
  const normal = unit * 2 ** (precision - 1)
  const largest = 2 ** (overflow - 1) * (2 - 2 ** (1 - precision))
  switch (kind) {
    case 'nan':
      return [Number.NaN]
    case 'infinity':
      return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    case 'signed-zero':
      return [0, -0]
    case 'subnormal':
      return [unit, -unit, 3 * unit, normal - unit, unit - normal, normal, normal + unit]
    case 'largest':
      return [largest, -largest, largest / 2, 2 ** (overflow - 1)]
  }
}

/** Every pair of a special number with a special or ordinary one, both ways round, as [x, y]. */
export function specialPairs(
  kind: SpecialClass,
  dtype: DType,
): readonly (readonly [number, number])[] {
  const special = specialNumbers(kind, dtype)
  return special.flatMap((a) =>
    [...special, ...COMPANY].flatMap((b): readonly (readonly [number, number])[] => [
      [a, b],
      [b, a],
    ]),
  )
}

/** All 65,536 bit patterns of a 16-bit dtype in a seeded random order. */
export function shuffledPatterns(seed: number): Uint16Array {
  const random = seededRandom(seed)
  const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
  for (let i = patterns.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = patterns[i] as number
    patterns[i] = patterns[j] as number
    patterns[j] = held
  }
  return patterns
}

/**
 * Channels outside the window: copied bit for bit out of place, never touched in place. The bits
 * are random, signalling NaNs among them, which a copy through floating-point registers can change.
 */
import type { Elements } from '../../numbers/dtype.js'
import { needDType } from '../calls/numbers.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, defineCase, tryEach } from '../case.js'
import { bitsOf } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { seededRandom, seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

const HEAD_DIM = 24

interface Window {
  readonly windowOffset: number
  readonly pairs: number
}

const WINDOWS: Readonly<Record<string, Window>> = {
  leading: { windowOffset: 0, pairs: 5 },
  trailing: { windowOffset: 14, pairs: 5 },
  middle: { windowOffset: 7, pairs: 4 },
  single: { windowOffset: 22, pairs: 1 },
}

/** The exponent bits of a NaN in each element size, all ones. */
const NAN_BITS: Readonly<Record<number, number>> = { 2: 0x7f80, 4: 0x7f800000 }

/** Ordinary numbers in the window; outside it random bits, every third element a NaN. */
export function noisyElements(
  { dtype, headDim, windowOffset, pairs, seed }: Omit<RawCall, 'input'>,
  length: number,
): Elements {
  const elements = ordinaryElements(dtype, length, seed)
  const random = seededRandom(seed + 1)
  const bits = bitsOf(elements)
  for (let i = 0; i < length; i++) {
    const channel = (i % headDim) - windowOffset
    if (channel >= 0 && channel < 2 * pairs) continue
    const low = Math.floor(random() * 2 ** 31)
    if (bits instanceof BigUint64Array) {
      bits[i] = (BigInt(i % 3 === 0 ? 0x7ff00000 : low) << 32n) | BigInt(low | 1)
    } else {
      const size = elements.BYTES_PER_ELEMENT
      bits[i] = i % 3 === 0 ? (NAN_BITS[size] as number) | (low & 0xff) | 1 : low
    }
  }
  return elements
}

/** Where the results go. */
const TARGETS: Readonly<Record<string, Partial<RawCall>>> = {
  'in-place': {},
  out: { inPlace: false },
  'out-padded': { inPlace: false, targetSpacing: 'padded' },
  'out-channel-step': { inPlace: false, targetSpacing: 'channel-step' },
}

const TOKENS = 3
const HEADS = 2

/** Every window, in place, out of place, and out of place into another arrangement. */
export function passThroughCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) =>
    Object.entries(TARGETS).map(([target, change]) => {
      const id = `pass-through/${target}/${pairing}/${dtype}`
      return defineCase('contract', id, async (trial) => {
        needDType(trial, dtype)
        const seed = seedOf(id)
        await tryEach(WINDOWS, (window) => {
          const call: RawCall = {
            ...RAW_CONTROL,
            ...window,
            ...change,
            headDim: HEAD_DIM,
            heads: [HEADS],
            tokens: TOKENS,
            pairing,
            dtype,
            seed,
          }
          const input = noisyElements(call, TOKENS * HEADS * HEAD_DIM)
          return runRaw(trial, { ...call, input })
        })
      })
    }),
  )
}

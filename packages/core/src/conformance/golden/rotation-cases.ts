/**
 * Worked rotations of small inputs, in every pairing, direction and window.
 */
import type { RopeOptions } from '../../config/config.js'
import { DTYPES, type DType } from '../../numbers/dtype.js'
import { permutePairing } from '../../weights/permute-pairing.js'
import { checkClose, needDType, rotateNumbers, rotationAllowance } from '../calls/numbers.js'
import { type ConformanceCase, defineCase, type Trial } from '../case.js'
import { TWELVE_DIGITS } from './angles.js'
import { GOLDEN_ROTATIONS } from './vectors.js'

const EIGHT: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8]

interface RotationCase {
  readonly options: RopeOptions
  readonly inverse?: boolean
  readonly input?: readonly number[]
  readonly position?: number
  /** Reorders the channels of the result, interleaved to half. */
  readonly regroup?: boolean
}

function tenThousand(
  pairing: 'half' | 'interleaved',
  window: Partial<RopeOptions> = {},
): RopeOptions {
  return { headDim: 8, pairing, schedule: { type: 'default', base: 10000 }, ...window }
}

function withFrequencies(headDim: number, inverseFrequencies: readonly number[]): RopeOptions {
  return { headDim, pairing: 'half', schedule: { type: 'custom', inverseFrequencies } }
}

/** How each golden rotation is asked for; x = 1 ... 8 at position 3 unless said otherwise. */
const ROTATIONS: Readonly<Record<string, RotationCase>> = {
  half: { options: tenThousand('half') },
  interleaved: { options: tenThousand('interleaved') },
  half_partial_rd4: { options: tenThousand('half', { rotaryDim: 4 }) },
  interleaved_partial_rd4: { options: tenThousand('interleaved', { rotaryDim: 4 }) },
  interleaved_in_half_out: { options: tenThousand('interleaved'), regroup: true },
  half_inverse: { options: tenThousand('half'), inverse: true },
  interleaved_inverse: { options: tenThousand('interleaved'), inverse: true },
  nanochat_reversed_half: { options: tenThousand('half'), inverse: true },
  proportional_p05_half: { options: withFrequencies(8, [1, 0.1, 0, 0]) },
  trailing_rd4_interleaved_offset4: {
    options: tenThousand('interleaved', { rotaryDim: 4, windowOffset: 4 }),
  },
  gemma_ones_d4_base100_pos1_half: {
    options: { headDim: 4, pairing: 'half', schedule: { type: 'default', base: 100 } },
    input: [1, 1, 1, 1],
    position: 1,
  },
  gemma_ones_d4_base100_pos1_p05: {
    options: withFrequencies(4, [1, 0]),
    input: [1, 1, 1, 1],
    position: 1,
  },
}

async function checkRotation(
  trial: Trial,
  dtype: DType,
  name: string,
  asked: RotationCase,
): Promise<void> {
  needDType(trial, dtype)
  const values = asked.input ?? EIGHT
  const q = { layout: 'bshd', shape: [1, 1, 1, values.length], values } as const
  const rotated = await rotateNumbers(trial, {
    options: asked.options,
    dtype,
    q,
    positions: asked.position ?? 3,
    inverse: asked.inverse ?? false,
  })
  const regrouped = asked.regroup
    ? permutePairing(rotated, { from: 'interleaved', to: 'half', heads: 1, headDim: values.length })
    : rotated
  const { relative, absolute } = rotationAllowance(trial, dtype)
  const expected = GOLDEN_ROTATIONS[name] ?? []
  // No pair of the inputs has a norm above that of the two largest numbers.
  const norm = Math.hypot(values.at(-1) as number, values.at(-2) as number)
  checkClose(name, regrouped, expected, (i) => {
    return relative * norm + absolute + TWELVE_DIGITS * Math.abs(expected[i] as number)
  })
}

/** One case per rotation and dtype. */
export function rotationCases(): readonly ConformanceCase[] {
  return Object.entries(ROTATIONS).flatMap(([name, asked]) =>
    DTYPES.map((dtype) =>
      defineCase('golden', `rotation/${name}/${dtype}`, (trial) =>
        checkRotation(trial, dtype, name, asked),
      ),
    ),
  )
}

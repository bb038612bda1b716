/**
 * The cells of `rope bench --auto`: the kinds of calls for which the front door has to choose well,
 * by size, dtype, pairing and whose memory they work on, and a few other shapes and layouts.
 */
import type { DType, PairingName } from '@rope/core'
import { type MatrixSize, TOKENS } from '../matrix/matrix.js'
import { GEMMA, GLM, PHI } from '../matrix/model-shape.js'
import { caseId, caseText, type RotationCase, rotationCase } from '../matrix/rotation-case.js'

/** A kind of call. */
export interface AutoCell {
  readonly case: RotationCase
  /** `foreign` for ordinary typed arrays, or the backend whose own memory it is. */
  readonly memory: 'foreign' | (string & {})
}

/** float64 is not among them: one backend alone makes it, so that there is nothing to choose. */
const DTYPES: Readonly<Record<MatrixSize, readonly DType[]>> = {
  quick: ['float32', 'bfloat16'],
  full: ['float32', 'bfloat16', 'float16'],
}

const PAIRINGS: Readonly<Record<MatrixSize, readonly PairingName[]>> = {
  quick: ['half'],
  full: ['half', 'interleaved'],
}

type Deviation = Partial<Omit<RotationCase, 'tokens'>>

/** One at a time, in ordinary memory, of the full size only. */
const DEVIATIONS: readonly Deviation[] = [
  { layout: 'bhsd' },
  { place: 'out-of-place' },
  { shape: GEMMA },
  { shape: PHI },
  { shape: GLM },
]

const DEVIATION_TOKENS: readonly number[] = [1, 512, 4096]

/** The cells, where `owners` have memory of their own to give out. */
export function autoCells(size: MatrixSize, owners: readonly string[]): readonly AutoCell[] {
  const product = TOKENS[size].flatMap((tokens) =>
    DTYPES[size].flatMap((dtype) =>
      PAIRINGS[size].flatMap((pairing) =>
        ['foreign', ...owners].map((memory) => ({
          case: rotationCase({ tokens, dtype, pairing }),
          memory,
        })),
      ),
    ),
  )
  if (size === 'quick') return product
  const others = DEVIATIONS.flatMap((deviation) =>
    DEVIATION_TOKENS.map((tokens) => ({
      case: rotationCase({ tokens, ...deviation }),
      memory: 'foreign',
    })),
  )
  return [...product, ...others]
}

/** The stable id of a cell: that of its case and the memory. */
export function cellId({ case: rotation, memory }: AutoCell): string {
  return `${caseId(rotation)}/${memory}`
}

/** A cell in words. */
export function cellText({ case: rotation, memory }: AutoCell): string {
  const place = memory === 'foreign' ? 'ordinary memory' : `memory of ${memory}`
  return `${caseText(rotation)}, ${place}`
}

/**
 * Multi-axis maps of text decoders that see images and video: T, H, W (time, row, column) and
 * sometimes more. They say which axis drives which pair; the frequencies are those of any schedule.
 * For consecutive sections (Qwen2-VL [16, 24, 24], GLM-4V [8, 12, 12], Hunyuan-VL's xdrope with four
 * or more) see `sectionAxes`.
 */

import { reject } from '../check.js'
import { type AxesOptions, checkSections } from '../config/axes.js'

const total = (sections: readonly number[]): number => sections.reduce((sum, n) => sum + n, 0)

function oneHot(count: number, axisOfPair: readonly number[]): AxesOptions {
  return { kind: 'one-hot', count, axisOfPair }
}

function perPair(pairs: number, axisOf: (i: number) => number): readonly number[] {
  return Array.from({ length: pairs }, (_, i) => axisOf(i))
}

/**
 * Interleaved M-RoPE as Hugging Face models compute it (Qwen3-VL [24, 20, 20], Qwen3.5
 * [11, 11, 10]): T H W T H W ..., and T wherever the section of H or W is used up.
 *
 * @param sections pairs of T, H and W; their sum is the number of pairs
 * @throws RopeError INVALID_OPTION
 */
export function interleavedAxes(sections: readonly number[]): AxesOptions {
  const checked = checkSections(sections, 3)
  const [, height = 0, width = 0] = checked
  return oneHot(
    3,
    perPair(total(checked), (i) => {
      if (i % 3 === 1 && i < 3 * height) return 1
      return i % 3 === 2 && i < 3 * width ? 2 : 0
    }),
  )
}

/**
 * The same as ggml computes it (rope type IMROPE): pairs beyond a section take a fourth position,
 * T's own included. It differs from Hugging Face for [24, 20, 20, 0] at pairs 61 and 62.
 *
 * @param sections pairs of T, H, W and the fourth axis (`rope.dimension_sections`)
 * @throws RopeError INVALID_OPTION
 */
export function ggmlInterleavedAxes(sections: readonly number[]): AxesOptions {
  const checked = checkSections(sections, 4)
  return oneHot(
    4,
    perPair(total(checked), (i) => (i < 3 * (checked[i % 3] as number) ? i % 3 : 3)),
  )
}

/**
 * Ernie 4.5 VL ([22, 22, 20]): H and W take turns, T comes last. The pairing is interleaved.
 *
 * @param sections pairs of H, W and T, those of H and W equal
 * @throws RopeError INVALID_OPTION
 */
export function ernieAxes(sections: readonly number[]): AxesOptions {
  const [height = 0, width = 0, time = 0] = checkSections(sections, 3)
  if (height !== width) {
    reject('INVALID_OPTION', 'sections', sections, 'as many pairs for H as for W')
  }
  const spatial = perPair(height + width, (i) => 1 + (i % 2))
  return oneHot(3, [...spatial, ...Array<number>(time).fill(0)])
}

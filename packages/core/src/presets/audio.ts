/**
 * Music Flamingo's rotary time embedding: audio features turn by two axes, the window of the audio
 * they are in and the frame within it, and every angle is multiplied by the feature's own time. The
 * product of the two is no new kind of rope: it is a position, and a fraction at that.
 */
import { checkPositive, reject } from '../check.js'
import { readCount, readNumbers } from '../numbers/lists.js'
import { type AxialOptions, checkHead } from './axial-options.js'
import { axialRope } from './video.js'

/**
 * Options for features of `width` channels, of which the first `2 dim` turn: `dim` for the window,
 * `dim` for the frame; interleaved.
 *
 * @param features theta is `base`; 1200 / (2 pi) or the like in released configs
 */
export function musicFlamingoRope(features: {
  readonly width: number
  readonly dim: number
  readonly base: number
}): AxialOptions {
  const { width, dim, base } = checkHead(features)
  return axialRope([dim, dim], { headDim: width, base })
}

/**
 * Positions of the features: `-2 pi t w / m` for the window and `-4 pi^2 t f / m` for the frame, for
 * feature f of window w at time t.
 *
 * @param seconds when each feature is, [windows * frames], window by window
 * @param frames features per window
 * @param maxPositionEmbeddings m of the config
 * @throws RopeError INVALID_POSITIONS when the times do not divide into windows
 */
export function musicFlamingoPositions(
  seconds: ArrayLike<number | bigint>,
  frames: number,
  maxPositionEmbeddings: number,
): { readonly axes: readonly [Float64Array, Float64Array] } {
  const most = checkPositive(maxPositionEmbeddings, 'maxPositionEmbeddings')
  const times = readNumbers(seconds, 'seconds', 'INVALID_POSITIONS')
  const perWindow = readCount(frames, 'frames', 1)
  if (times.length % perWindow !== 0) {
    const accepted = `a multiple of frames, ${perWindow}`
    reject('INVALID_POSITIONS', 'seconds.length', times.length, accepted)
  }
  const turn = (at: number): number => -2 * Math.PI * (times[at] as number)
  const place = (rank: (at: number) => number): Float64Array =>
    Float64Array.from({ length: times.length }, (_, at) => (rank(at) / most) * turn(at))
  return {
    axes: [
      place((at) => Math.floor(at / perWindow)),
      place((at) => 2 * Math.PI * (at % perWindow)),
    ],
  }
}

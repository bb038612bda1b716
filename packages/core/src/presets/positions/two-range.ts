/**
 * Position maps that keep near distances as they are and squeeze far ones: self-extend (Jin et al.
 * 2024, arXiv 2401.01325) and ReRoPE (Su 2023, kexue.fm/archives/9708). Scores are computed twice,
 * with the positions of the near range and of the far range, and each pair of tokens takes the one
 * its distance belongs to.
 */
import {
  callBack,
  checkAtLeast,
  checkFinite,
  checkFunction,
  checkKeys,
  checkRecord,
} from '../../check.js'
import { readFinite, readNumbers, readWhole } from '../../numbers/lists.js'

/** Where tokens stand in the far range, and which range a distance belongs to. */
export interface TwoRangeMap {
  /** Distances below this are near: there tokens stand where they are. */
  readonly window: number
  /** Where a query stands for far keys. */
  farQuery(position: number): number
  /** Where a key stands for far queries. */
  farKey(position: number): number
  /** The distance that attention sees between two tokens. */
  distance(query: number, key: number): number
}

function twoRange(
  window: number,
  farQuery: (position: number) => number,
  farKey: (position: number) => number,
): TwoRangeMap {
  return {
    window,
    farQuery: (position) => farQuery(readFinite(position, 'position')),
    farKey: (position) => farKey(readFinite(position, 'position')),
    distance(query, key) {
      const [from, to] = [readFinite(query, 'query'), readFinite(key, 'key')]
      return from - to < window ? from - to : farQuery(from) - farKey(to)
    },
  }
}

/**
 * Self-extend: far tokens stand at their group, `floor(position / group)`, and queries are moved by
 * `window - floor(window / group)` so that the ranges meet.
 *
 * @param group tokens per far position (grp-attn-n)
 * @param window neighbours that keep their distance (grp-attn-w)
 * @throws RopeError INVALID_OPTION
 */
export function selfExtendMap(options: {
  readonly group: number
  readonly window: number
}): TwoRangeMap {
  const given = checkRecord(options, 'options', '{ group, window }')
  checkKeys(given, 'options', ['group', 'window'])
  const group = readWhole(given.group, 'group', 1, 2 ** 31)
  const window = readWhole(given.window, 'window', 0, 2 ** 31)
  const shift = window - Math.floor(window / group)
  const grouped = (position: number): number => Math.floor(position / group)
  return twoRange(window, (position) => grouped(position) + shift, grouped)
}

/**
 * ReRoPE: distances stop growing at `window`. Leaky ReRoPE: beyond it they grow `leak` times as
 * fast, so far positions are fractions.
 *
 * @param window distance at which growth stops
 * @param leak from 0 (ReRoPE, the default) to 1 (no change)
 * @throws RopeError INVALID_OPTION
 */
export function reRopeMap(options: {
  readonly window: number
  readonly leak?: number
}): TwoRangeMap {
  const given = checkRecord(options, 'options', '{ window, leak }')
  checkKeys(given, 'options', ['window', 'leak'])
  const window = readWhole(given.window, 'window', 1, 2 ** 31)
  const leak = checkAtLeast(given.leak ?? 0, 'leak', 0)
  return twoRange(
    window,
    (position) => window + (position - window) * leak,
    (position) => position * leak,
  )
}

/**
 * A map applied to every position, as ids that a call takes.
 *
 * @throws RopeError INVALID_POSITIONS, INVALID_OPTION
 */
export function mapPositions(
  positions: ArrayLike<number | bigint>,
  map: (position: number) => number,
): Float64Array {
  checkFunction(map, 'map')
  const numbers = readNumbers(positions, 'positions', 'INVALID_POSITIONS')
  return numbers.map((position) =>
    checkFinite(
      callBack('map', () => map(position)),
      'what map returns',
    ),
  )
}

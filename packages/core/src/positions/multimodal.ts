/**
 * Three positions per token (time, row, column) of prompts that mix text, images and video: what
 * Hugging Face calls `get_rope_index`, built from segments. Text moves all three axes by one per
 * token; an image or video spans a box that starts where the text before it stopped.
 */
import { checkInteger } from '../check.js'

/** A run of tokens of one kind. Sizes are in tokens, so after spatial merging. */
export type Segment =
  | { readonly kind: 'text'; readonly tokens: number }
  | {
      readonly kind: 'vision'
      readonly rows: number
      readonly columns: number
      /** Where each frame stands from the start of the segment; [0] for an image. */
      readonly frames: ArrayLike<number>
      /**
       * From where the next segment starts: after the largest position of all axes (Qwen), or after
       * the larger of rows and columns, whatever the time (Ernie). `largest` when absent.
       */
      readonly advance?: 'largest' | 'space'
    }
  /**
   * A video with its sound (TMRoPE, Qwen2.5-Omni): in every chunk of time first the frames, then
   * the sound, which moves all axes by one per token.
   */
  | {
      readonly kind: 'audio-video'
      readonly rows: number
      readonly columns: number
      /** Where each frame stands, ascending; position_id_per_seconds times its seconds, cut down. */
      readonly frames: ArrayLike<number>
      readonly audioTokens: number
      /** Positions per chunk: position_id_per_seconds times seconds_per_chunk. */
      readonly chunk: number
    }

/** Positions of one sequence on the three axes, and where a further segment would start. */
export interface SequencePositions {
  readonly time: readonly number[]
  readonly row: readonly number[]
  readonly column: readonly number[]
  readonly next: number
}

/** One token of a segment: where it stands from the segment's start. */
type Place = readonly [time: number, row: number, column: number]

/** How many tokens a segment has. */
export function segmentTokens(segment: Segment): number {
  if (segment.kind === 'text') return segment.tokens
  const patches = segment.frames.length * segment.rows * segment.columns
  return segment.kind === 'audio-video' ? patches + segment.audioTokens : patches
}

/** How far a segment moves the start of the next one. */
function advanceOf(segment: Segment): number {
  if (segment.kind === 'text') return segment.tokens
  const space = Math.max(segment.rows, segment.columns)
  if (segment.kind === 'vision' && segment.advance === 'space') return space
  const sound = segment.kind === 'audio-video' ? segment.audioTokens : 0
  return Array.from(segment.frames).reduce(
    (end, at) => Math.max(end, at + 1),
    Math.max(space, sound),
  )
}

function textPlaces(tokens: number): readonly Place[] {
  return Array.from({ length: tokens }, (_, t) => [t, t, t])
}

function framePlaces(time: number, rows: number, columns: number): readonly Place[] {
  return Array.from({ length: rows * columns }, (_, i) => [
    time,
    Math.floor(i / columns),
    i % columns,
  ])
}

function audioVideoPlaces(segment: Extract<Segment, { kind: 'audio-video' }>): readonly Place[] {
  const { rows, columns, frames, audioTokens, chunk } = segment
  const chunkOf = (time: number): number => Math.floor(time / chunk)
  const sound = textPlaces(audioTokens)
  const last = Math.max(chunkOf(audioTokens - 1), ...Array.from(frames, chunkOf))
  return Array.from({ length: last + 1 }, (_, k) => [
    ...Array.from(frames)
      .filter((time) => chunkOf(time) === k)
      .flatMap((time) => framePlaces(time, rows, columns)),
    ...sound.filter(([time]) => chunkOf(time) === k),
  ]).flat()
}

function placesOf(segment: Segment, field: string): readonly Place[] {
  const check = (key: string, value: number, low: number, high: number): number =>
    checkInteger(value, `${field}.${key}`, low, high)
  if (segment.kind === 'text') return textPlaces(check('tokens', segment.tokens, 0, 2 ** 31))
  const rows = check('rows', segment.rows, 1, 65536)
  const columns = check('columns', segment.columns, 1, 65536)
  if (segment.kind === 'vision') {
    return Array.from(segment.frames).flatMap((time) => framePlaces(time, rows, columns))
  }
  check('audioTokens', segment.audioTokens, 0, 2 ** 31)
  check('chunk', segment.chunk, 1, 2 ** 31)
  return audioVideoPlaces(segment)
}

/**
 * The positions of a sequence of segments.
 *
 * @param start where the first token stands; 0 when absent
 * @throws RopeError INVALID_OPTION
 */
export function sequencePositions(segments: readonly Segment[], start = 0): SequencePositions {
  const time: number[] = []
  const row: number[] = []
  const column: number[] = []
  let next = start
  segments.forEach((segment, index) => {
    for (const [t, r, c] of placesOf(segment, `segments[${index}]`)) {
      time.push(next + t)
      row.push(next + r)
      column.push(next + c)
    }
    next += advanceOf(segment)
  })
  return { time, row, column, next }
}

/**
 * Three positions per token (time, row, column) of prompts that mix text, images and video: what
 * Hugging Face calls `get_rope_index`, built from segments. Text moves all three axes by one per
 * token; an image or video spans a box that starts where the text before it stopped.
 */
import { checkInteger } from '../check.js'
import { MOST_PROMPT_TOKENS, MOST_TOKENS } from '../limits.js'

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

/** Takes one token of a segment: where it stands from the segment's start. */
type Visit = (time: number, row: number, column: number) => void

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

function visitText(first: number, end: number, visit: Visit): void {
  for (let t = first; t < end; t++) visit(t, t, t)
}

function visitFrame(time: number, rows: number, columns: number, visit: Visit): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) visit(time, row, column)
  }
}

/** In every chunk of time first its frames, then its sound. */
function visitAudioVideo(segment: Extract<Segment, { kind: 'audio-video' }>, visit: Visit): void {
  const { rows, columns, audioTokens, chunk } = segment
  const chunkOf = (time: number): number => Math.floor(time / chunk)
  const frames = Array.from(segment.frames).sort((a, b) => chunkOf(a) - chunkOf(b))
  let heard = 0
  for (const time of frames) {
    const end = Math.max(heard, Math.min(audioTokens, chunkOf(time) * chunk))
    visitText(heard, end, visit)
    heard = end
    visitFrame(time, rows, columns, visit)
  }
  visitText(heard, audioTokens, visit)
}

function visitSegment(segment: Segment, visit: Visit): void {
  if (segment.kind === 'text') visitText(0, segment.tokens, visit)
  else if (segment.kind === 'audio-video') visitAudioVideo(segment, visit)
  else {
    const { rows, columns } = segment
    for (const time of Array.from(segment.frames)) visitFrame(time, rows, columns, visit)
  }
}

function checkSegment(segment: Segment, field: string): void {
  const check = (key: string, value: number, low: number, high: number): number =>
    checkInteger(value, `${field}.${key}`, low, high)
  if (segment.kind === 'text') {
    check('tokens', segment.tokens, 0, MOST_PROMPT_TOKENS)
    return
  }
  check('rows', segment.rows, 1, MOST_PROMPT_TOKENS)
  check('columns', segment.columns, 1, MOST_PROMPT_TOKENS)
  check('frames.length', segment.frames.length, 0, MOST_PROMPT_TOKENS)
  if (segment.kind === 'vision') return
  check('audioTokens', segment.audioTokens, 0, MOST_PROMPT_TOKENS)
  check('chunk', segment.chunk, 1, MOST_TOKENS)
}

/**
 * The positions of a sequence of segments.
 *
 * @param start where the first token stands; 0 when absent
 * @throws RopeError INVALID_OPTION; a sequence has at most 2^22 tokens
 */
export function sequencePositions(segments: readonly Segment[], start = 0): SequencePositions {
  const time: number[] = []
  const row: number[] = []
  const column: number[] = []
  let next = start
  segments.forEach((segment, index) => {
    checkSegment(segment, `segments[${index}]`)
  })
  const tokens = segments.reduce((sum, segment) => sum + segmentTokens(segment), 0)
  checkInteger(tokens, 'the number of tokens', 0, MOST_PROMPT_TOKENS)
  for (const segment of segments) {
    visitSegment(segment, (t, r, c) => {
      time.push(next + t)
      row.push(next + r)
      column.push(next + c)
    })
    next += advanceOf(segment)
  }
  return { time, row, column, next }
}

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

/** Positions of one sequence on the three axes, and where the next token stands. */
export interface SequencePositions {
  readonly time: readonly number[]
  readonly row: readonly number[]
  readonly column: readonly number[]
  readonly next: number
}

/** How many tokens a segment has. */
export function segmentTokens(segment: Segment): number {
  if (segment.kind === 'text') return segment.tokens
  return segment.frames.length * segment.rows * segment.columns
}

function lengthOf(segment: Segment): number {
  if (segment.kind === 'text') return segment.tokens
  const { rows, columns, frames, advance = 'largest' } = segment
  const space = Math.max(rows, columns)
  return advance === 'space' ? space : Math.max(space, ...Array.from(frames, (at) => at + 1))
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
  const push = (t: number, r: number, c: number): void => {
    time.push(next + t)
    row.push(next + r)
    column.push(next + c)
  }
  segments.forEach((segment, index) => {
    if (segment.kind === 'text') {
      const tokens = checkInteger(segment.tokens, `segments[${index}].tokens`, 0, 2 ** 31)
      for (let t = 0; t < tokens; t++) push(t, t, t)
    } else {
      const rows = checkInteger(segment.rows, `segments[${index}].rows`, 1, 65536)
      const columns = checkInteger(segment.columns, `segments[${index}].columns`, 1, 65536)
      for (const frame of Array.from(segment.frames)) {
        for (let i = 0; i < rows * columns; i++) {
          push(frame, Math.floor(i / columns), i % columns)
        }
      }
    }
    next += lengthOf(segment)
  })
  return { time, row, column, next }
}

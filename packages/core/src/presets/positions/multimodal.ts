/**
 * Three positions per token (time, row, column) of prompts that mix text, images and video: what
 * Hugging Face calls `get_rope_index`, built from segments. Text moves all three axes by one per
 * token; an image or video spans a box that starts where the text before it stopped.
 */
import { checkInteger, checkKeys, checkList, checkRecord, checkWord } from '../../check.js'
import { MOST_PROMPT_TOKENS, MOST_TOKENS } from '../../limits.js'
import { readFinite, readNumbers, readWhole } from '../../numbers/lists.js'

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

const KINDS = ['text', 'vision', 'audio-video'] as const

/** What a segment of each kind has besides its kind. */
const FIELDS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  text: ['tokens'],
  vision: ['rows', 'columns', 'frames', 'advance'],
  'audio-video': ['rows', 'columns', 'frames', 'audioTokens', 'chunk'],
}

/** A segment whose fields are what they have to be, each read once. */
function checkSegment(given: unknown, field: string): Segment {
  const segment = checkRecord(given, field, "{ kind: 'text', tokens } or the like")
  const count = (key: string, low: number, high = MOST_PROMPT_TOKENS): number =>
    readWhole(segment[key], `${field}.${key}`, low, high)
  const kind = checkWord(segment.kind, `${field}.kind`, KINDS)
  checkKeys(segment, field, ['kind', ...FIELDS[kind]])
  if (kind === 'text') return { kind, tokens: count('tokens', 0) }
  const frames = readNumbers(segment.frames, `${field}.frames`)
  const box = { rows: count('rows', 1), columns: count('columns', 1), frames }
  if (kind === 'audio-video') {
    const [audioTokens, chunk] = [count('audioTokens', 0), count('chunk', 1, MOST_TOKENS)]
    return { kind, ...box, audioTokens, chunk }
  }
  const advance = segment.advance ?? 'largest'
  return { kind, ...box, advance: checkWord(advance, `${field}.advance`, ['largest', 'space']) }
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
  let next = readFinite(start, 'start')
  const checked = checkList(segments, 'segments', 'a list of segments').map((segment, index) =>
    checkSegment(segment, `segments[${index}]`),
  )
  const tokens = checked.reduce((sum, segment) => sum + segmentTokens(segment), 0)
  checkInteger(tokens, 'the number of tokens', 0, MOST_PROMPT_TOKENS)
  for (const segment of checked) {
    visitSegment(segment, (t, r, c) => {
      time.push(next + t)
      row.push(next + r)
      column.push(next + c)
    })
    next += advanceOf(segment)
  }
  return { time, row, column, next }
}

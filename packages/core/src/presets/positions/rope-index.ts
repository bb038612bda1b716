/**
 * Qwen2-VL, Qwen2.5-VL and Qwen3-VL: from a batch of token ids, with the sizes of its images and
 * videos, to the three positions of every token, and on through decoding.
 *
 * The three differ in time alone: Qwen2-VL counts frames; Qwen2.5-VL counts time in steps of
 * 1 / tokensPerSecond; Qwen3-VL writes time as text, so every frame is an image of its own.
 */
import {
  checkCount,
  checkFinite,
  checkKeys,
  checkList,
  checkPositive,
  checkRecord,
  checkWord,
  reject,
} from '../../check.js'
import {
  isNested,
  type ListRules,
  readFinite,
  readList,
  readNumbers,
  readRows,
  readWhole,
  rowsOf,
  wholeNumbers,
} from '../../numbers/lists.js'
import { type Segment, segmentTokens, sequencePositions } from './multimodal.js'
import { type AttentionMask, readMask } from './padding.js'

/** Models whose positions this file builds. */
export type VisionLanguageModel = 'qwen2-vl' | 'qwen2.5-vl' | 'qwen3-vl'

/** Frames, rows and columns of an image or video, in patches, before spatial merging. */
export type GridSize = readonly [
  frames: number | bigint,
  rows: number | bigint,
  columns: number | bigint,
]

/** One size per image or video, or the numbers of all of them in one list. */
type Grids = ArrayLike<GridSize | ArrayLike<number | bigint>> | ArrayLike<number | bigint>

/** A prompt as its processor gives it. */
export interface RopeIndexInput {
  readonly model: VisionLanguageModel
  /** Token ids, [batch * tokens] or one row per batch entry. */
  readonly inputIds: ArrayLike<number | bigint> | ArrayLike<ArrayLike<number | bigint>>
  /** Batch entries; as many as `inputIds` has rows when absent, and 1 where it is flat. */
  readonly batch?: number
  /** [batch * tokens] or one row per batch entry; all are tokens when absent. */
  readonly attentionMask?: AttentionMask
  /** image_grid_thw, in the order of the prompt, over the whole batch; three after three if flat. */
  readonly imageGrids?: Grids
  /** video_grid_thw, likewise. */
  readonly videoGrids?: Grids
  /** second_per_grid_ts: seconds between frames, one per video; 1 when absent. Qwen2.5-VL only. */
  readonly secondsPerGrid?: ArrayLike<number | bigint>
  /** Positions per second; 2 when absent, as in the released configs. Qwen2.5-VL only. */
  readonly tokensPerSecond?: number
  /** spatial_merge_size; 2 when absent. */
  readonly mergeSize?: number
  /** image_token_id and video_token_id of the config. */
  readonly imageToken: number | bigint
  readonly videoToken: number | bigint
  /**
   * Which major version of transformers to follow, 4 when absent. They differ around videos and
   * padding: after a video, 4 goes on behind the largest position of all axes and 5 behind the
   * larger of rows and columns; padding stands at 1 and at 0; deltas count padding and do not.
   */
  readonly revision?: 4 | 5
  /** The position of padding; that of the revision when absent. */
  readonly padding?: number
}

/** Positions of a prompt, and of what is decoded after it. */
export interface RopeIndex {
  /** T, H and W, [batch * tokens] each: positions as a rope takes them. */
  readonly axes: readonly [Float64Array, Float64Array, Float64Array]
  /**
   * mrope_position_deltas: what is added to the index of a token in the padded sequence (revision
   * 5: in the sequence without padding), per batch entry. It belongs to the sequence, not to the
   * call: store it with the cache.
   */
  readonly deltas: Float64Array
  /** Tokens of each batch entry, padding left out. */
  readonly lengths: Float64Array
  /** Positions of the next `n` tokens of every batch entry, and moves on by `n`. */
  next(n: number): { readonly offsets: Float64Array }
  /** Takes back the last `n` tokens: a speculation that was refused. */
  rewind(n: number): void
}

/** The images or videos of a batch, taken one after the other. */
interface Media {
  take(): Segment
  readonly left: number
}

/** Time as transformers computes it: in float32, its fraction dropped. */
function frameTimes(
  frames: number,
  seconds: number,
  tokensPerSecond: number,
  revision: 4 | 5,
): readonly number[] {
  const round = Math.fround
  const apart = round(seconds)
  const step = round(tokensPerSecond * apart)
  return Array.from({ length: frames }, (_, t) =>
    Math.trunc(revision === 5 ? round(t * step) : round(round(t * apart) * tokensPerSecond)),
  )
}

/** A size of an image or video in patches. */
type Patches = readonly [frames: number, rows: number, columns: number]

/** What was given, brought to numbers and lists that have been checked. */
interface Prompt {
  readonly model: VisionLanguageModel
  readonly ids: Float64Array
  readonly marks: Float64Array | undefined
  readonly batch: number
  readonly imageGrids: readonly Patches[]
  readonly videoGrids: readonly Patches[]
  readonly secondsPerGrid: Float64Array
  readonly tokensPerSecond: number
  readonly mergeSize: number
  readonly imageToken: number
  readonly videoToken: number
  readonly revision: 4 | 5
  readonly padding: number
}

const ANY_WHOLE = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const

const IDS: ListRules = {
  field: 'inputIds',
  code: 'INVALID_POSITIONS',
  accepted: 'token ids, [batch * tokens] or one row per batch entry',
  elements: wholeNumbers(...ANY_WHOLE),
}

/** Ids and marks of one batch. */
function readBatch(
  inputIds: unknown,
  mask: unknown,
  batch: unknown,
): Pick<Prompt, 'ids' | 'marks' | 'batch'> {
  const ids = readRows(inputIds, IDS)
  const marks = mask === undefined ? undefined : readMask(mask, 'attentionMask')
  const rows = rowsOf(ids, 'inputIds', batch)
  const ofMask = marks && rowsOf(marks, 'attentionMask', rows)
  return { ids: ids.values, marks: marks?.values, batch: rows ?? ofMask ?? 1 }
}

/** A list of sizes, or all their numbers in one list. */
function readGrids(grids: unknown, field: string): readonly Patches[] {
  const accepted = 'a list of [frames, rows, columns]'
  if (grids === undefined || grids === null) return []
  const elements = wholeNumbers(1, 2 ** 31)
  const rules: ListRules = { field, code: 'INVALID_OPTION', accepted, elements }
  const sizes = isNested(grids) ? readNestedGrids(grids, rules) : readFlatGrids(grids, rules)
  sizes.forEach(([frames, rows, columns], index) => {
    checkCount(frames * rows * columns, `the patches of ${field}[${index}]`)
  })
  return sizes
}

function readNestedGrids(grids: ArrayLike<unknown>, rules: ListRules): readonly Patches[] {
  const accepted = '[frames, rows, columns]'
  return checkList(grids, rules.field, rules.accepted).map((grid, index) => {
    const field = `${rules.field}[${index}]`
    const sizes = readList(grid, { ...rules, field, accepted })
    if (sizes.length !== 3) reject('INVALID_OPTION', field, grid, accepted)
    return [...sizes] as unknown as Patches
  })
}

function readFlatGrids(grids: unknown, rules: ListRules): readonly Patches[] {
  const numbers = readList(grids, rules)
  const count = numbers.length / 3
  if (!Number.isInteger(count)) {
    const accepted = 'a multiple of 3: frames, rows and columns of each'
    reject('INVALID_OPTION', `${rules.field}.length`, numbers.length, accepted)
  }
  return Array.from(
    { length: count },
    (_, i) => [...numbers.subarray(3 * i, 3 * i + 3)] as unknown as Patches,
  )
}

const KEYS: readonly (keyof RopeIndexInput)[] = [
  ...(['model', 'inputIds', 'batch', 'attentionMask', 'imageGrids', 'videoGrids'] as const),
  ...(['secondsPerGrid', 'tokensPerSecond', 'mergeSize', 'imageToken', 'videoToken'] as const),
  ...(['revision', 'padding'] as const),
]

/** The tokens of images and of videos, which differ. */
function readTokens(image: unknown, video: unknown): Pick<Prompt, 'imageToken' | 'videoToken'> {
  const imageToken = readWhole(image, 'imageToken', ...ANY_WHOLE)
  const videoToken = readWhole(video, 'videoToken', ...ANY_WHOLE)
  if (imageToken !== videoToken) return { imageToken, videoToken }
  return reject('INVALID_OPTION', 'videoToken', video, 'another token than imageToken')
}

function readPrompt(input: RopeIndexInput): Prompt {
  const given = checkRecord(input, 'input', '{ model, inputIds, imageToken, videoToken, ... }')
  checkKeys(given, 'input', KEYS)
  const { revision = 4 } = given
  if (revision !== 4 && revision !== 5) reject('INVALID_OPTION', 'revision', revision, '4 or 5')
  return {
    model: checkWord(given.model, 'model', ['qwen2-vl', 'qwen2.5-vl', 'qwen3-vl']),
    ...readBatch(given.inputIds, given.attentionMask, given.batch),
    imageGrids: readGrids(given.imageGrids, 'imageGrids'),
    videoGrids: readGrids(given.videoGrids, 'videoGrids'),
    secondsPerGrid: readNumbers(given.secondsPerGrid ?? [], 'secondsPerGrid'),
    tokensPerSecond: checkPositive(given.tokensPerSecond ?? 2, 'tokensPerSecond'),
    mergeSize: readWhole(given.mergeSize ?? 2, 'mergeSize', 1, 65536),
    ...readTokens(given.imageToken, given.videoToken),
    revision: revision === 5 ? 5 : 4,
    padding: readFinite(given.padding ?? (revision === 5 ? 0 : 1), 'padding'),
  }
}

function videoFrames(input: Prompt, frames: number, index: number): readonly number[] {
  if (input.model === 'qwen2-vl') return Array.from({ length: frames }, (_, t) => t)
  const { secondsPerGrid, tokensPerSecond, revision } = input
  const seconds = checkPositive(secondsPerGrid[index] ?? 1, `secondsPerGrid[${index}]`)
  const times = frameTimes(frames, seconds, tokensPerSecond, revision)
  checkFinite(times.at(-1), `the time of the last frame of video ${index}`)
  return times
}

function mediaOf(
  grids: readonly Patches[],
  field: string,
  { mergeSize: merge, revision }: Prompt,
  framesOf: (frames: number, index: number) => readonly number[],
): Media {
  const segments = grids.map(([frames, rows, columns], index): Segment => {
    const merged = [rows, columns].map((size, i) => {
      if (size % merge === 0) return size / merge
      return reject(
        'INVALID_POSITIONS',
        `${field}[${index}][${i + 1}]`,
        size,
        `a multiple of mergeSize, ${merge}`,
      )
    })
    return {
      kind: 'vision',
      rows: merged[0] as number,
      columns: merged[1] as number,
      frames: framesOf(frames, index),
      advance: revision === 5 ? 'space' : 'largest',
    }
  })
  let at = 0
  return {
    get left() {
      return segments.length - at
    },
    take: () => {
      const segment = segments[at++]
      if (segment !== undefined) return segment
      return reject(
        'INVALID_POSITIONS',
        field,
        grids,
        'a size for every image or video of inputIds',
      )
    },
  }
}

/** Qwen3-VL: every frame of a video is an image of its own. */
function asFrames(grids: readonly Patches[]): readonly Patches[] {
  return grids.flatMap(([frames, rows, columns]) =>
    Array.from({ length: frames }, (): Patches => [1, rows, columns]),
  )
}

/** The runs of a row of token ids. */
function segmentsOf(ids: readonly number[], media: ReadonlyMap<number, Media>): readonly Segment[] {
  const segments: Segment[] = []
  let text = 0
  let at = 0
  const endText = (): void => {
    if (text > 0) segments.push({ kind: 'text', tokens: text })
    text = 0
  }
  while (at < ids.length) {
    const token = ids[at] as number
    const found = media.get(token)
    if (found === undefined) {
      text++
      at++
      continue
    }
    endText()
    const segment = found.take()
    const tokens = segmentTokens(segment)
    const end = ids.slice(at, at + tokens).findIndex((id) => id !== token)
    if (end !== -1 || at + tokens > ids.length) {
      const given = end === -1 ? ids.length - at : end
      const accepted = `${tokens}, as its grid says`
      reject('INVALID_POSITIONS', `the number of tokens ${token} in a row`, given, accepted)
    }
    segments.push(segment)
    at += tokens
  }
  endText()
  return segments
}

function createMedia(input: Prompt): ReadonlyMap<number, Media> {
  const { imageGrids, videoGrids, imageToken, videoToken } = input
  const stills = (frames: number): readonly number[] => Array.from({ length: frames }, (_, t) => t)
  const videos = input.model === 'qwen3-vl' ? asFrames(videoGrids) : videoGrids
  const framesOf = (frames: number, index: number): readonly number[] =>
    input.model === 'qwen3-vl' ? [0] : videoFrames(input, frames, index)
  return new Map([
    [imageToken, mediaOf(imageGrids, 'imageGrids', input, stills)],
    [videoToken, mediaOf(videos, 'videoGrids', input, framesOf)],
  ])
}

function cursor(starts: Float64Array): Pick<RopeIndex, 'next' | 'rewind'> {
  let decoded = 0
  return {
    next(n) {
      const offsets = starts.map((start) => start + decoded)
      decoded += readWhole(n, 'n', 1, 2 ** 31)
      return { offsets }
    },
    rewind(n) {
      decoded -= readWhole(n, 'n', 0, decoded)
    },
  }
}

/**
 * Positions of a batch of prompts with images and videos, left- or right-padded.
 *
 * @throws RopeError INVALID_POSITIONS when the sizes do not fit the token ids, INVALID_OPTION
 *
 * @example
 * ```ts
 * const index = ropeIndex({
 *   model: 'qwen2.5-vl',
 *   inputIds, // from the processor
 *   imageGrids: [[1, 36, 54]],
 *   imageToken: 151655,
 *   videoToken: 151656,
 * })
 * rope.rotate({ q, k, positions: { axes: index.axes } }) // prefill
 * rope.rotate({ q, k, positions: index.next(1) }) // each decode step
 * ```
 */
export function ropeIndex(input: RopeIndexInput): RopeIndex {
  const prompt = readPrompt(input)
  const { ids: all, marks, batch, revision, padding } = prompt
  const tokens = all.length / batch
  if (!Number.isInteger(tokens)) {
    reject('INVALID_POSITIONS', 'inputIds.length', all.length, `a multiple of batch, ${batch}`)
  }
  if (marks !== undefined && marks.length !== all.length) {
    const accepted = `batch * tokens = ${all.length}`
    reject('INVALID_POSITIONS', 'attentionMask.length', marks.length, accepted)
  }
  const media = createMedia(prompt)
  const axes = [0, 1, 2].map(() => new Float64Array(batch * tokens).fill(padding))
  const lengths = new Float64Array(batch)
  const starts = new Float64Array(batch)
  for (let entry = 0; entry < batch; entry++) {
    const places = Array.from({ length: tokens }, (_, t) => entry * tokens + t).filter(
      (at) => marks === undefined || marks[at] === 1,
    )
    const ids = places.map((at) => all[at] as number)
    const { time, row, column } = sequencePositions(segmentsOf(ids, media))
    for (const [axis, values] of [time, row, column].entries()) {
      places.forEach((at, i) => {
        ;(axes[axis] as Float64Array)[at] = values[i] as number
      })
    }
    lengths[entry] = places.length
    // Decoding goes on behind everything, also where the text before it did not.
    starts[entry] = time.concat(row, column).reduce((end, at) => Math.max(end, at + 1), 0)
  }
  checkAllTaken(media)
  return {
    axes: axes as unknown as RopeIndex['axes'],
    deltas: starts.map((start, b) => start - (revision === 5 ? (lengths[b] as number) : tokens)),
    lengths,
    ...cursor(starts),
  }
}

function checkAllTaken(media: ReadonlyMap<number, Media>): void {
  for (const [token, { left }] of media) {
    if (left === 0) continue
    const accepted = `0: a run of token ${token} in inputIds for each`
    reject('INVALID_POSITIONS', 'the number of grids left over', left, accepted)
  }
}

/**
 * Qwen2-VL, Qwen2.5-VL and Qwen3-VL: from a batch of token ids, with the sizes of its images and
 * videos, to the three positions of every token, and on through decoding.
 *
 * The three differ in time alone: Qwen2-VL counts frames; Qwen2.5-VL counts time in steps of
 * 1 / tokensPerSecond; Qwen3-VL writes time as text, so every frame is an image of its own.
 */
import {
  checkAnyNumbers,
  checkCount,
  checkFinite,
  checkInteger,
  checkList,
  checkPositive,
  checkRecord,
  checkWord,
  reject,
} from '../../check.js'
import { MOST_POSITIONS } from '../../limits.js'
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

/** A prompt as its processor gives it. */
export interface RopeIndexInput {
  readonly model: VisionLanguageModel
  /** Token ids, [batch * tokens]. */
  readonly inputIds: ArrayLike<number | bigint>
  /** Batch entries; 1 when absent. */
  readonly batch?: number
  /** [batch * tokens]; all are tokens when absent. */
  readonly attentionMask?: AttentionMask
  /** image_grid_thw, in the order of the prompt, over the whole batch. */
  readonly imageGrids?: readonly GridSize[]
  /** video_grid_thw, likewise. */
  readonly videoGrids?: readonly GridSize[]
  /** second_per_grid_ts: seconds between frames, one per video; 1 when absent. Qwen2.5-VL only. */
  readonly secondsPerGrid?: readonly number[]
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
  readonly ids: readonly number[]
  readonly marks: readonly boolean[] | undefined
  readonly batch: number
  readonly imageGrids: readonly Patches[]
  readonly videoGrids: readonly Patches[]
  readonly secondsPerGrid: readonly number[]
  readonly tokensPerSecond: number
  readonly mergeSize: number
  readonly imageToken: number
  readonly videoToken: number
  readonly revision: 4 | 5
  readonly padding: number
}

/** Token ids and sizes are whole numbers, or bigints as int64 tensors hold them. */
function checkWhole(value: unknown, field: string, low: number, high: number): number {
  return checkInteger(typeof value === 'bigint' ? Number(value) : value, field, low, high)
}

function checkToken(value: unknown, field: string): number {
  return checkWhole(value, field, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

function checkIds(inputIds: unknown): readonly number[] {
  const accepted = 'token ids flattened to [batch * tokens]'
  const list: ArrayLike<unknown> = checkList(inputIds, 'inputIds', accepted, 'INVALID_POSITIONS')
  return Array.from(list, (id, i) => {
    if (typeof id === 'number' || typeof id === 'bigint') return checkToken(id, `inputIds[${i}]`)
    return reject('INVALID_POSITIONS', `inputIds[${i}]`, id, accepted)
  })
}

function checkGrids(grids: unknown, field: string): readonly Patches[] {
  const accepted = 'a list of [frames, rows, columns]'
  return Array.from(checkList(grids ?? [], field, accepted), (grid, index) => {
    const place = `${field}[${index}]`
    const sizes: ArrayLike<unknown> = checkList(grid, place, '[frames, rows, columns]')
    if (sizes.length !== 3) reject('INVALID_OPTION', place, grid, '[frames, rows, columns]')
    const [frames, rows, columns] = Array.from(sizes, (size, i) =>
      checkWhole(size, `${place}[${i}]`, 1, 2 ** 31),
    ) as unknown as Patches
    checkCount(frames * rows * columns, `the patches of ${place}`)
    return [frames, rows, columns]
  })
}

function readPrompt(input: RopeIndexInput): Prompt {
  const given = checkRecord(input, 'input', '{ model, inputIds, imageToken, videoToken, ... }')
  const { attentionMask: mask, revision = 4 } = given
  if (revision !== 4 && revision !== 5) reject('INVALID_OPTION', 'revision', revision, '4 or 5')
  return {
    model: checkWord(given.model, 'model', ['qwen2-vl', 'qwen2.5-vl', 'qwen3-vl']),
    ids: checkIds(given.inputIds),
    marks: mask === undefined ? undefined : readMask(mask, 'attentionMask'),
    batch: checkInteger(given.batch ?? 1, 'batch', 1, MOST_POSITIONS),
    imageGrids: checkGrids(given.imageGrids, 'imageGrids'),
    videoGrids: checkGrids(given.videoGrids, 'videoGrids'),
    secondsPerGrid: checkAnyNumbers(given.secondsPerGrid ?? [], 'secondsPerGrid'),
    tokensPerSecond: checkPositive(given.tokensPerSecond ?? 2, 'tokensPerSecond'),
    mergeSize: checkInteger(given.mergeSize ?? 2, 'mergeSize', 1, 65536),
    imageToken: checkToken(given.imageToken, 'imageToken'),
    videoToken: checkToken(given.videoToken, 'videoToken'),
    revision: revision === 5 ? 5 : 4,
    padding: checkFinite(given.padding ?? (revision === 5 ? 0 : 1), 'padding'),
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
      decoded += checkInteger(n, 'n', 1, 2 ** 31)
      return { offsets }
    },
    rewind(n) {
      decoded -= checkInteger(n, 'n', 0, decoded)
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
      (at) => marks === undefined || marks[at] === true,
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

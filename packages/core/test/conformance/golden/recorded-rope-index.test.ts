/**
 * Positions of prompts with images and video as Hugging Face transformers computes them (recorded
 * by tooling/golden/rope_index.py), by two of its versions, which differ:
 *
 * - 4.57: what follows an image or video starts after its largest position; padding stands at 1;
 *   deltas count padding. Seconds between frames are cut down to whole numbers.
 * - 5.23: what follows starts after the larger of rows and columns, so that text may stand before
 *   the last frames of a video; padding stands at 0; deltas leave padding out.
 *
 * `ropeIndex` is the former, with seconds as they are; segments with `advance: 'space'` the latter.
 */
import { describe, expect, test } from 'vitest'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import dataOf4 from '../../../src/conformance/golden/recorded-rope-index-4.json' with {
  type: 'json',
}
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import dataOf5 from '../../../src/conformance/golden/recorded-rope-index-5.json' with {
  type: 'json',
}
import { type Segment, sequencePositions } from '../../../src/positions/multimodal.js'
import {
  type GridSize,
  ropeIndex,
  type VisionLanguageModel,
} from '../../../src/positions/rope-index.js'

interface RecordedPrompt {
  readonly name: string
  readonly model: VisionLanguageModel
  readonly batch: number
  readonly inputIds: readonly number[]
  readonly attentionMask?: readonly number[]
  readonly imageGrids: readonly GridSize[]
  readonly videoGrids: readonly GridSize[]
  readonly mergeSize: number
  readonly secondsPerGrid?: readonly number[]
  readonly tokensPerSecond?: number
  readonly positions: readonly (readonly number[])[]
  readonly deltas: readonly number[]
}

const { image: IMAGE, video: VIDEO } = dataOf4.provenance.tokens

function named(cases: unknown): readonly (readonly [string, RecordedPrompt])[] {
  return (cases as readonly RecordedPrompt[]).map((prompt) => [prompt.name, prompt] as const)
}

const plain = (axes: readonly Float64Array[]): number[][] => axes.map((axis) => Array.from(axis))

describe.each(named(dataOf4.cases))('transformers 4.57, %s', (_, prompt) => {
  const { secondsPerGrid, positions, deltas, attentionMask, inputIds, batch } = prompt
  const index = ropeIndex({
    ...prompt,
    imageToken: IMAGE,
    videoToken: VIDEO,
    ...(secondsPerGrid && { secondsPerGrid: wholeSeconds(secondsPerGrid) }),
  })

  test('positions and deltas are the same', () => {
    expect(plain(index.axes)).toEqual(positions)
    expect(Array.from(index.deltas)).toEqual(deltas)
  })

  test('decoding goes on where the delta says', () => {
    const tokens = inputIds.length / batch
    expect(Array.from(index.next(1).offsets)).toEqual(deltas.map((delta) => tokens + delta))
    expect(Array.from(index.next(1).offsets)).toEqual(deltas.map((delta) => tokens + 1 + delta))
  })

  test('every batch entry has the length of its mask', () => {
    const mask = attentionMask ?? inputIds.map(() => 1)
    const lengths = Array.from({ length: batch }, (_unused, entry) => {
      const tokens = inputIds.length / batch
      return mask.slice(entry * tokens, (entry + 1) * tokens).reduce((sum, one) => sum + one, 0)
    })
    expect(Array.from(index.lengths)).toEqual(lengths)
  })
})

/** 0.5 becomes 0; time then stands still, which is what a frame every 1e-9 seconds does too. */
function wholeSeconds(seconds: readonly number[]): readonly number[] {
  return seconds.map((value) => Math.trunc(value) || 1e-9)
}

/** Time of every frame as 5.23 computes it, in float32: t * (rate * seconds), cut to whole numbers. */
function frameTimes(prompt: RecordedPrompt, index: number): readonly number[] {
  const [frames] = prompt.videoGrids[index] as GridSize
  const { secondsPerGrid, tokensPerSecond = 1 } = prompt
  const seconds = Math.fround(secondsPerGrid?.[index] ?? 1)
  const step = Math.fround(tokensPerSecond * seconds)
  return Array.from({ length: frames }, (_, t) => Math.trunc(Math.fround(t * step)))
}

/** Images and videos in the order of a prompt, Qwen3-VL's videos as one image per frame. */
function mediaOf(prompt: RecordedPrompt): Readonly<Record<number, Segment[]>> {
  const { mergeSize, imageGrids, videoGrids, model } = prompt
  const vision = ([, rows, columns]: GridSize, frames: readonly number[]): Segment => ({
    ...{ kind: 'vision', rows: rows / mergeSize, columns: columns / mergeSize, frames },
    advance: 'space',
  })
  return {
    [IMAGE]: imageGrids.map((grid) => vision(grid, [0])),
    [VIDEO]: videoGrids.flatMap((grid, i) =>
      model === 'qwen3-vl'
        ? Array.from({ length: grid[0] }, () => vision(grid, [0]))
        : [vision(grid, frameTimes(prompt, i))],
    ),
  }
}

/** Runs of text, and the media between them. */
function segmentsOf(ids: readonly number[], media: ReturnType<typeof mediaOf>): Segment[] {
  const segments: Segment[] = []
  let at = 0
  while (at < ids.length) {
    const rest = ids.slice(at)
    const found = media[rest[0] as number]?.shift()
    const end = rest.findIndex((id) => id === IMAGE || id === VIDEO)
    const text = { kind: 'text', tokens: end === -1 ? rest.length : end } as const
    const segment: Segment = found ?? text
    segments.push(segment)
    at +=
      segment.kind === 'text' ? segment.tokens : segment.rows * segment.columns * frames(segment)
  }
  return segments
}

function frames(segment: Segment): number {
  return segment.kind === 'text' ? 0 : segment.frames.length
}

describe.each(named(dataOf5.cases))('transformers 5.23, %s', (_, prompt) => {
  test('positions and deltas are the same', () => {
    const { batch, inputIds, positions, deltas } = prompt
    const mask = prompt.attentionMask ?? inputIds.map(() => 1)
    const tokens = inputIds.length / batch
    const media = mediaOf(prompt)
    for (let entry = 0; entry < batch; entry++) {
      const places = inputIds.flatMap((_id, at) =>
        Math.floor(at / tokens) === entry && mask[at] === 1 ? [at] : [],
      )
      const segments = segmentsOf(
        places.map((at) => inputIds[at] as number),
        media,
      )
      const { time, row, column } = sequencePositions(segments)
      const recorded = positions.map((axis) => places.map((at) => axis[at]))
      expect([time, row, column]).toEqual(recorded)
      expect(Math.max(...time, ...row, ...column) + 1 - places.length).toBe(deltas[entry])
    }
    mask.forEach((one, at) => {
      if (one === 0) expect(positions.map((axis) => axis[at])).toEqual([0, 0, 0])
    })
  })
})

test('images alone, and all of Qwen3-VL, are the same in both versions but for padding', () => {
  const still = named(dataOf5.cases).filter(
    ([, { model, videoGrids }]) => model === 'qwen3-vl' || videoGrids.length === 0,
  )
  expect(still.length).toBeGreaterThan(40)
  for (const [, prompt] of still) {
    const index = ropeIndex({ ...prompt, imageToken: IMAGE, videoToken: VIDEO, padding: 0 })
    expect(plain(index.axes)).toEqual(prompt.positions)
  }
})

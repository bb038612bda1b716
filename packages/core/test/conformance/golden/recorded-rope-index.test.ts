/**
 * Positions of prompts with images and video as Hugging Face transformers computes them (recorded
 * by tooling/golden/rope_index.py), by two of its versions, which differ:
 *
 * - 4.57: what follows an image or video starts after its largest position; padding stands at 1;
 *   deltas count padding. Seconds between frames are cut down to whole numbers, which is a defect.
 * - 5.23: what follows starts after the larger of rows and columns, so that text may stand before
 *   the last frames of a video; padding stands at 0; deltas leave padding out.
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
import {
  type GridSize,
  ropeIndex,
  type VisionLanguageModel,
} from '../../../src/presets/positions/rope-index.js'

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

type Named = readonly (readonly [string, RecordedPrompt])[]

const { image: IMAGE, video: VIDEO } = dataOf4.provenance.tokens

function named(cases: unknown): Named {
  return (cases as readonly RecordedPrompt[]).map((prompt) => [prompt.name, prompt] as const)
}

const OF_4: Named = named(dataOf4.cases)
const OF_5: Named = named(dataOf5.cases)

/** 0.5 becomes 0; time then stands still, which is what a frame every 1e-9 seconds does too. */
function wholeSeconds(seconds: readonly number[]): readonly number[] {
  return seconds.map((value) => Math.trunc(value) || 1e-9)
}

function builtFrom(prompt: RecordedPrompt, revision: 4 | 5): ReturnType<typeof ropeIndex> {
  const { name: _, positions: _positions, deltas: _deltas, secondsPerGrid, ...input } = prompt
  const seconds = secondsPerGrid && revision === 4 ? wholeSeconds(secondsPerGrid) : secondsPerGrid
  return ropeIndex({
    ...input,
    ...(seconds && { secondsPerGrid: seconds }),
    ...{ imageToken: IMAGE, videoToken: VIDEO, revision },
  })
}

/** Tokens of each batch entry, padding left out. */
function lengthsOf({ attentionMask, inputIds, batch }: RecordedPrompt): readonly number[] {
  const mask = attentionMask ?? inputIds.map(() => 1)
  const tokens = inputIds.length / batch
  return Array.from({ length: batch }, (_, entry) =>
    mask.slice(entry * tokens, (entry + 1) * tokens).reduce((sum, one) => sum + one, 0),
  )
}

describe.each([
  [4, '4.57', OF_4],
  [5, '5.23', OF_5],
] as const)('revision %s: transformers %s', (revision, _, prompts) => {
  test.each(prompts)('%s: positions and deltas', (_name, prompt) => {
    const index = builtFrom(prompt, revision)
    expect(index.axes.map((axis) => Array.from(axis))).toEqual(prompt.positions)
    expect(Array.from(index.deltas)).toEqual(prompt.deltas)
    expect(Array.from(index.lengths)).toEqual(lengthsOf(prompt))
  })

  test.each(prompts)('%s: decoding goes on where the delta says', (_name, prompt) => {
    const { inputIds, batch, deltas } = prompt
    const index = builtFrom(prompt, revision)
    const counted = revision === 5 ? lengthsOf(prompt) : deltas.map(() => inputIds.length / batch)
    const first = deltas.map((delta, entry) => (counted[entry] as number) + delta)
    expect(Array.from(index.next(1).offsets)).toEqual(first)
    expect(Array.from(index.next(1).offsets)).toEqual(first.map((at) => at + 1))
  })
})

test('the two differ where they are said to: padding, and text after videos', () => {
  const pairs = OF_4.map(([, prompt], i) => [prompt, OF_5[i]?.[1] as RecordedPrompt] as const)
  expect(OF_4.map(([name]) => name)).toEqual(OF_5.map(([name]) => name))
  for (const [four, five] of pairs) {
    if (four.model !== 'qwen3-vl' && four.videoGrids.length > 0) continue
    const isToken = (at: number): boolean => four.attentionMask?.[at] !== 0
    const tokens = (axis: readonly number[]): readonly number[] =>
      axis.filter((_, at) => isToken(at))
    expect(four.positions.map(tokens)).toEqual(five.positions.map(tokens))
  }
  const videos = pairs.filter(([{ name }]) => name.includes('qwen2-vl/long-video'))
  expect(videos).toHaveLength(2)
  for (const [four, five] of videos) expect(four.positions).not.toEqual(five.positions)
})

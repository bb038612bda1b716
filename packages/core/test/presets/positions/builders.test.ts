/**
 * Position builders against hand-counted prompts and grids.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RopeError } from '../../../src/errors.js'
import {
  augmentCoordinates,
  centredCoordinates,
  countedCoordinates,
  normalisedCoordinates,
  spreadCoordinates,
  timedCoordinates,
} from '../../../src/presets/positions/coordinates.js'
import { gridPositions } from '../../../src/presets/positions/grid.js'
import { sequencePositions } from '../../../src/presets/positions/multimodal.js'
import { positionsFromMask } from '../../../src/presets/positions/padding.js'
import { type RopeIndexInput, ropeIndex } from '../../../src/presets/positions/rope-index.js'

const lists = (axes: readonly Float64Array[]): readonly (readonly number[])[] =>
  axes.map((axis) => [...axis])

describe('coordinates', () => {
  test('of each kind', () => {
    expect([...countedCoordinates(3, 1)]).toEqual([1, 2, 3])
    expect([...normalisedCoordinates(4)]).toEqual([-0.75, -0.25, 0.25, 0.75])
    expect([...normalisedCoordinates(2, 4)]).toEqual([-0.75, -0.25])
    expect([...spreadCoordinates(4, 0, 8)]).toEqual([0, 2, 4, 6])
    expect([...spreadCoordinates(1, 3, 8)]).toEqual([3])
    expect([...centredCoordinates(4)]).toEqual([-2, -1, 0, 1])
    expect([...centredCoordinates(5)]).toEqual([-3, -2, -1, 0, 1])
    expect([...timedCoordinates(3, 4)]).toEqual([0, 0.25, 0.5])
    expect([...timedCoordinates(3, 12, 24)]).toEqual([0, 2, 4])
  })

  test('augmentation stays within its bounds, and is off by default', () => {
    const axes = [normalisedCoordinates(4), normalisedCoordinates(2)]
    expect(augmentCoordinates(axes, {})).toEqual(axes)
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (numbers) => {
          let at = 0
          const random = (): number => numbers[at++] as number
          const [rows = [], columns = []] = lists(
            augmentCoordinates(axes, { shift: 0.1, jitter: 1.5, rescale: 2 }, random),
          )
          // Spacing is 0.5 along rows and 1 along columns: the ratio of stretches is the jitter's alone.
          const stretch = ((rows[1] as number) - (rows[0] as number)) / 0.5
          const other = (columns[1] as number) - (columns[0] as number)
          expect(stretch).toBeGreaterThanOrEqual(1 / 3 - 1e-12)
          expect(stretch).toBeLessThanOrEqual(3 + 1e-12)
          expect(stretch / other).toBeLessThanOrEqual(2.25 + 1e-12)
          const centre = ((rows[0] as number) + (rows[3] as number)) / 2 / stretch
          expect(Math.abs(centre)).toBeLessThanOrEqual(0.1 + 1e-12)
        },
      ),
    )
  })

  test('refusals', () => {
    expect(() => countedCoordinates(-1)).toThrow(/^count is -1/)
    expect(() => timedCoordinates(3, 0)).toThrow(/^fps is 0/)
    expect(() => augmentCoordinates([countedCoordinates(2)], { jitter: 0 })).toThrow(/^jitter is 0/)
  })
})

describe('grids', () => {
  test('row by row', () => {
    expect(lists(gridPositions([countedCoordinates(2), countedCoordinates(3)]).axes)).toEqual([
      [0, 0, 0, 1, 1, 1],
      [0, 1, 2, 0, 1, 2],
    ])
  })

  test('columns first, from 1, with a class token at 0 (Llama 4)', () => {
    const { axes } = gridPositions([countedCoordinates(2, 1), countedCoordinates(2, 1)], {
      columnsFirst: true,
      trailing: 1,
    })
    expect(lists(axes)).toEqual([
      [1, 2, 1, 2, 0],
      [1, 1, 2, 2, 0],
    ])
  })

  test('block by block where patches merge (Qwen2-VL vision)', () => {
    expect(
      lists(gridPositions([countedCoordinates(2), countedCoordinates(4)], { merge: 2 }).axes),
    ).toEqual([
      [0, 0, 1, 1, 0, 0, 1, 1],
      [0, 1, 0, 1, 2, 3, 2, 3],
    ])
  })

  test('frames, rows, columns', () => {
    const { axes } = gridPositions(
      [timedCoordinates(2, 2), countedCoordinates(1), countedCoordinates(2)],
      { leading: 1, repeat: 2 },
    )
    expect(lists(axes)).toEqual([
      [0, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 1, 0, 1, 0, 1],
    ])
  })

  test('refusals', () => {
    expect(() => gridPositions([countedCoordinates(3)])).toThrow(/two lists or more/)
    expect(() =>
      gridPositions([countedCoordinates(3), countedCoordinates(4)], { merge: 2 }),
    ).toThrow(/multiple of merge/)
  })
})

describe('padding masks', () => {
  test('left, right and between', () => {
    const mask = [0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1]
    expect([...positionsFromMask(mask, { batch: 3 })]).toEqual([1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 2])
    expect([...positionsFromMask(mask, { batch: 3, padding: -7 })].slice(0, 3)).toEqual([-7, -7, 0])
  })

  test('refusals', () => {
    expect(() => positionsFromMask([1, 1, 1], { batch: 2 })).toThrow(/multiple of batch/)
  })
})

describe('segments', () => {
  test('text, image, text', () => {
    const { time, row, column, next } = sequencePositions([
      { kind: 'text', tokens: 2 },
      { kind: 'vision', rows: 2, columns: 3, frames: [0] },
      { kind: 'text', tokens: 2 },
    ])
    expect(time).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 5, 6])
    expect(row).toEqual([0, 1, 2, 2, 2, 3, 3, 3, 5, 6])
    expect(column).toEqual([0, 1, 2, 3, 4, 2, 3, 4, 5, 6])
    expect(next).toBe(7)
  })

  test('a long video pushes the text, unless only space counts (Ernie)', () => {
    const video = { kind: 'vision', rows: 1, columns: 2, frames: [0, 2, 4] } as const
    expect(sequencePositions([video]).next).toBe(5)
    expect(sequencePositions([{ ...video, advance: 'space' }]).next).toBe(2)
    expect(sequencePositions([video], 10).time).toEqual([10, 10, 12, 12, 14, 14])
  })
})

describe('a video with sound (Qwen2.5-Omni)', () => {
  const film = {
    kind: 'audio-video',
    rows: 1,
    columns: 2,
    frames: [0, 25, 50],
    audioTokens: 60,
    chunk: 50,
  } as const

  test('chunk by chunk, frames before sound', () => {
    const { time, row, column, next } = sequencePositions([{ kind: 'text', tokens: 3 }, film])
    const sound = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => 3 + from + i)
    expect(time).toEqual([0, 1, 2, 3, 3, 28, 28, ...sound(0, 50), 53, 53, ...sound(50, 60)])
    expect(row.slice(3, 7)).toEqual([3, 3, 3, 3])
    expect(column.slice(3, 7)).toEqual([3, 4, 3, 4])
    expect(row.slice(7, 57)).toEqual(sound(0, 50))
    expect(next).toBe(63)
  })

  test('silent, or without a picture in the last chunk', () => {
    expect(sequencePositions([{ ...film, audioTokens: 0 }]).time).toEqual([0, 0, 25, 25, 50, 50])
    expect(sequencePositions([{ ...film, audioTokens: 0 }]).next).toBe(51)
    expect(sequencePositions([{ ...film, frames: [0], audioTokens: 120 }]).time).toHaveLength(122)
    expect(() => sequencePositions([{ ...film, chunk: 0 }])).toThrow(/^segments\[0\].chunk is 0/)
  })
})

describe('get_rope_index', () => {
  const IMAGE = 100
  const VIDEO = 200
  const base = { imageToken: IMAGE, videoToken: VIDEO } as const
  const run = (token: number, times: number): readonly number[] => Array<number>(times).fill(token)

  test('Qwen2-VL: an image and a video between text', () => {
    const index = ropeIndex({
      ...base,
      model: 'qwen2-vl',
      inputIds: [1, 2, ...run(IMAGE, 2), 3, ...run(VIDEO, 6), 4],
      imageGrids: [[1, 2, 4]],
      videoGrids: [[3, 2, 4]],
    })
    expect(lists(index.axes)).toEqual([
      [0, 1, 2, 2, 4, 5, 5, 6, 6, 7, 7, 8],
      [0, 1, 2, 2, 4, 5, 5, 5, 5, 5, 5, 8],
      [0, 1, 2, 3, 4, 5, 6, 5, 6, 5, 6, 8],
    ])
    expect([...index.deltas]).toEqual([9 - 12])
  })

  test('Qwen2.5-VL: time in steps of half a second, fractions dropped', () => {
    const time = (secondsPerGrid: readonly number[] | undefined, tokensPerSecond?: number) =>
      ropeIndex({
        ...base,
        model: 'qwen2.5-vl',
        inputIds: run(VIDEO, 4),
        videoGrids: [[4, 2, 2]],
        ...(secondsPerGrid === undefined ? {} : { secondsPerGrid }),
        ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
      }).axes[0]
    expect([...time(undefined)]).toEqual([0, 2, 4, 6])
    expect([...time([0.7])]).toEqual([0, 1, 2, 4])
    expect([...time([0.5], 25)]).toEqual([0, 12, 25, 37])
  })

  test('Qwen3-VL: every frame stands alone, time is text', () => {
    const index = ropeIndex({
      ...base,
      model: 'qwen3-vl',
      inputIds: [1, ...run(VIDEO, 2), 2, ...run(VIDEO, 2), 3],
      videoGrids: [[2, 2, 4]],
    })
    expect(lists(index.axes)).toEqual([
      [0, 1, 1, 3, 4, 4, 6],
      [0, 1, 1, 3, 4, 4, 6],
      [0, 1, 2, 3, 4, 5, 6],
    ])
  })

  test('padded batches: each row has its own delta and goes on by itself', () => {
    const index = ropeIndex({
      ...base,
      model: 'qwen2-vl',
      batch: 2,
      inputIds: [0, 0, 7, 8, ...run(IMAGE, 2), 7, 8].map(BigInt),
      attentionMask: [0, 0, 1, 1, 1, 1, 1, 1],
      imageGrids: [[1, 2, 4]],
    })
    expect(lists(index.axes)).toEqual([
      [1, 1, 0, 1, 0, 0, 2, 3],
      [1, 1, 0, 1, 0, 0, 2, 3],
      [1, 1, 0, 1, 0, 1, 2, 3],
    ])
    expect([...index.deltas]).toEqual([2 - 4, 4 - 4])
    expect([...index.lengths]).toEqual([2, 4])
    expect([...index.next(1).offsets]).toEqual([2, 4])
    expect([...index.next(3).offsets]).toEqual([3, 5])
    index.rewind(2)
    expect([...index.next(1).offsets]).toEqual([4, 6])
  })

  test('revision 5: text goes on beside a long video, padding stands at 0 and does not count', () => {
    const index = ropeIndex({
      ...base,
      model: 'qwen2-vl',
      revision: 5,
      batch: 2,
      inputIds: [0, ...run(VIDEO, 3), 7, 0, 7, 7, 7, 7],
      attentionMask: [0, 1, 1, 1, 1, 0, 1, 1, 1, 1],
      videoGrids: [[3, 2, 2]],
    })
    expect(lists(index.axes)).toEqual([
      [0, 0, 1, 2, 1, 0, 0, 1, 2, 3],
      [0, 0, 0, 0, 1, 0, 0, 1, 2, 3],
      [0, 0, 0, 0, 1, 0, 0, 1, 2, 3],
    ])
    expect([...index.deltas]).toEqual([3 - 4, 0])
    expect([...index.next(1).offsets]).toEqual([3, 4])
  })

  test('text alone is counted, as from a mask', () => {
    const mask = [0, 1, 1, 1, 1, 1]
    const index = ropeIndex({
      ...base,
      model: 'qwen3-vl',
      batch: 2,
      inputIds: run(5, 6),
      attentionMask: mask,
    })
    for (const axis of index.axes) expect(axis).toEqual(positionsFromMask(mask, { batch: 2 }))
    expect([...index.deltas]).toEqual([-1, 0])
  })

  test('the index of a decoded token plus delta is its position', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), fc.integer({ min: 1, max: 5 }), (before, after, size) => {
        const inputIds = [...run(1, before), ...run(IMAGE, size * size), ...run(1, after)]
        const index = ropeIndex({
          ...base,
          model: 'qwen2-vl',
          inputIds,
          imageGrids: [[1, 2 * size, 2 * size]],
        })
        const [next] = index.next(1).offsets
        expect(next).toBe(inputIds.length + (index.deltas[0] as number))
        expect(next).toBe(before + size + after)
      }),
    )
  })

  test.each<[Partial<RopeIndexInput>, RegExp]>([
    [{ model: 'qwen' as 'qwen2-vl' }, /^model is "qwen"/],
    [{ inputIds: run(IMAGE, 1) }, /^the number of tokens 100 in a row is 1; accepted: 2/],
    [{ inputIds: run(IMAGE, 3) }, /^imageGrids is/],
    [{ inputIds: [IMAGE, 1, 1] }, /^the number of tokens 100 in a row is 1; accepted: 2/],
    [{ inputIds: run(IMAGE, 4) }, /^imageGrids is/],
    [{ inputIds: [1, 2] }, /^the number of grids left over is 1/],
    [{ imageGrids: [[1, 3, 4]] }, /multiple of mergeSize, 2/],
    [{ imageGrids: [[1, 0, 4]] }, /^imageGrids\[0\]\[1\] is 0/],
    [{ batch: 3 }, /multiple of batch, 3/],
    [{ revision: 3 as 4 }, /^revision is 3; accepted: 4 or 5/],
    [{ attentionMask: [1] }, /^attentionMask.length is 1/],
  ])('refuses %j', (change, message) => {
    const given = {
      ...base,
      model: 'qwen2-vl',
      inputIds: run(IMAGE, 2),
      imageGrids: [[1, 2, 4]],
      ...change,
    } as RopeIndexInput
    expect(() => ropeIndex(given)).toThrow(message)
    try {
      ropeIndex(given)
    } catch (error) {
      expect(RopeError.isInstance(error)).toBe(true)
    }
  })
})

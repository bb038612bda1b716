/**
 * Every axes preset against its rule: which axis and which frequency each pair has, written out
 * independently of how the presets are built.
 */
import { describe, expect, test } from 'vitest'
import { sectionAxes } from '../../src/config/axes.js'
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../src/config/config.js'
import {
  GOLDEN_AXES,
  GOLDEN_PATCH_ANGLES,
  GOLDEN_VECTORS,
} from '../../src/conformance/golden/vectors.js'
import { musicFlamingoPositions, musicFlamingoRope } from '../../src/presets/audio.js'
import { denseRope, denseRopesByHead, headView } from '../../src/presets/dense.js'
import { ernieAxes, ggmlInterleavedAxes, interleavedAxes } from '../../src/presets/text.js'
import {
  axialRope,
  cogVideoXRope,
  cosmosRope,
  fluxRope,
  ltx2Rope,
  minimaxVisionRope,
  wanRope,
} from '../../src/presets/video.js'
import {
  dinov3Rope,
  gemma4VisionRopes,
  kimiVisionRope,
  llama4VisionRope,
  loftrRope,
  museVisionRope,
  pixelRope,
  pixtralVisionRope,
  qwen2VisionRope,
  sam2Rope,
} from '../../src/presets/vision.js'

/** Axis and frequency of a pair. */
type Pair = readonly [axis: number, frequency: number]

function expectPairs(options: RopeOptions, expected: (i: number) => Pair, pairs: number): void {
  const config = resolveConfig(options)
  const { inverseFrequencies } = computeFrequencies(config)
  expect(inverseFrequencies).toHaveLength(pairs)
  if (config.axes?.kind !== 'one-hot') throw new Error('expected one-hot axes')
  const { axisOfPair } = config.axes
  for (let i = 0; i < pairs; i++) {
    const [axis, frequency] = expected(i)
    expect(axisOfPair[i], `axis of pair ${i}`).toBe(axis)
    const error = Math.abs((inverseFrequencies[i] as number) - frequency)
    expect(error, `frequency of pair ${i}`).toBeLessThanOrEqual(1e-12 * frequency)
  }
}

function goldenFrequencies(name: string): readonly number[] {
  const vector = GOLDEN_VECTORS.find(([other]) => other === name)?.[1].inv_freq
  if (vector === undefined) throw new Error(`there is no golden vector ${name}`)
  return vector
}

describe('text decoders: maps against the published ones', () => {
  const maps = {
    'qwen2_vl_[16,24,24]': sectionAxes([16, 24, 24]),
    'qwen3_vl_interleaved_[24,20,20]': interleavedAxes([24, 20, 20]),
    'ggml_imrope_[24,20,20,0]': ggmlInterleavedAxes([24, 20, 20, 0]),
    'qwen3_5_interleaved_[11,11,10]': interleavedAxes([11, 11, 10]),
    'ggml_imrope_[11,11,10,0]': ggmlInterleavedAxes([11, 11, 10, 0]),
    'glm4v_[8,12,12]': sectionAxes([8, 12, 12]),
    'ernie45_vl_[22,22,20]_axis(T0 H1 W2)': ernieAxes([22, 22, 20]),
  } as const
  test.each(GOLDEN_AXES)('%s', (name, axisOfPair) => {
    expect(maps[name as keyof typeof maps]).toMatchObject({ kind: 'one-hot', axisOfPair })
  })

  test('Hugging Face and ggml differ at pairs 61 and 62 of [24, 20, 20], nowhere else', () => {
    const ours = maps['qwen3_vl_interleaved_[24,20,20]']
    const theirs = maps['ggml_imrope_[24,20,20,0]']
    if (ours.kind !== 'one-hot' || theirs.kind !== 'one-hot') throw new Error('expected one-hot')
    const differ = ours.axisOfPair.flatMap((axis, i) => (axis === theirs.axisOfPair[i] ? [] : [i]))
    expect(differ).toEqual([61, 62])
    expect(differ.map((i) => theirs.axisOfPair[i])).toEqual([3, 3])
  })

  test('xdrope has four sections and more', () => {
    expect(sectionAxes([2, 1, 1, 3, 1])).toMatchObject({
      count: 5,
      axisOfPair: [0, 0, 1, 2, 3, 3, 3, 4],
    })
  })

  test('wrong numbers of sections', () => {
    expect(() => interleavedAxes([1, 2])).toThrow(/^sections.length is 2; accepted: 3/)
    expect(() => ggmlInterleavedAxes([1, 2, 3])).toThrow(/^sections.length is 3; accepted: 4/)
    expect(() => ernieAxes([2, 3, 4])).toThrow(/as many pairs for H as for W/)
    expect(() => interleavedAxes([1, -1, 3])).toThrow(/^sections\[1\] is -1/)
  })
})

describe('vision towers', () => {
  const power = (base: number, exponent: number): number => base ** -exponent

  test.each([
    ['Qwen2-VL', qwen2VisionRope, 'half'],
    ['Muse', museVisionRope, 'half'],
    ['Llama 4', llama4VisionRope, 'interleaved'],
    ['SAM 2', sam2Rope, 'interleaved'],
  ] as const)('%s: a run per axis', (_name, preset, pairing) => {
    const options = preset({ headDim: 80 })
    expect(options.pairing).toBe(pairing)
    const golden = goldenFrequencies('qwen2vl_vision_head80')
    expectPairs(options, (i) => [Math.floor(i / 20), golden[i % 20] as number], 40)
  })

  test.each([
    ['Kimi', kimiVisionRope, 'half'],
    ['EfficientLoFTR', loftrRope, 'interleaved'],
  ] as const)('%s: axes take turns', (_name, preset, pairing) => {
    const options = preset({ headDim: 64 })
    expect(options.pairing).toBe(pairing)
    expectPairs(options, (i) => [i % 2, power(1e4, (2 * Math.floor(i / 2)) / 32)], 32)
  })

  test('Pixtral: even frequencies for rows, odd ones for columns', () => {
    const rows = goldenFrequencies('pixtral_head64_h')
    const columns = goldenFrequencies('pixtral_head64_w')
    expectPairs(
      pixtralVisionRope({ headDim: 64 }),
      (i) => (i < 16 ? [0, rows[i] as number] : [1, columns[i - 16] as number]),
      32,
    )
  })

  test('DINOv3: 2 pi 100^(-4j/D), and the published angles of a 14 x 14 grid', () => {
    const options = dinov3Rope({ headDim: 64 })
    const golden = goldenFrequencies('dinov3_head64_theta100')
    expectPairs(options, (i) => [i < 16 ? 0 : 1, 2 * Math.PI * (golden[i % 16] as number)], 32)
    const { inverseFrequencies } = computeFrequencies(resolveConfig(options))
    for (const [name, angles] of GOLDEN_PATCH_ANGLES) {
      const centres = name.split(',').map((k) => 2 * ((Number(k) + 0.5) / 14) - 1)
      angles.forEach((angle, i) => {
        const ours = (centres[i < 16 ? 0 : 1] as number) * (inverseFrequencies[i] as number)
        expect(Math.abs(ours - angle)).toBeLessThanOrEqual(5e-12 * Math.abs(angle) + 1e-15)
      })
    }
  })

  test('Gemma 4: a half-paired chunk per axis, theta 100', () => {
    const ropes = gemma4VisionRopes({ headDim: 64 }).map(resolveConfig)
    expect(ropes.map(({ windowOffset, rotaryDim }) => [windowOffset, rotaryDim])).toEqual([
      [0, 32],
      [32, 32],
    ])
    for (const rope of ropes) {
      const { inverseFrequencies } = computeFrequencies(rope)
      inverseFrequencies.forEach((frequency, j) => {
        expect(frequency).toBeCloseTo(power(100, (2 * j) / 32), 14)
      })
    }
  })

  test('pixel frequencies on two axes', () => {
    expectPairs(
      pixelRope({ headDim: 32, axes: 2, maxFrequency: 10 }),
      (i) => [Math.floor(i / 8), Math.PI * (1 + ((i % 8) * 4) / 7)],
      16,
    )
  })

  test('other thetas, and heads that do not divide', () => {
    expectPairs(
      qwen2VisionRope({ headDim: 8, base: 100 }),
      (i) => [Math.floor(i / 2), power(100, (i % 2) / 2)],
      4,
    )
    expect(() => qwen2VisionRope({ headDim: 66 })).toThrow(/^headDim \/ 4 is 16.5/)
  })
})

describe('video and image generators', () => {
  const run = (widths: readonly number[], base = 1e4) => {
    const pairs = widths.flatMap((width, axis) =>
      Array.from({ length: width / 2 }, (_, j): Pair => [axis, base ** ((-2 * j) / width)]),
    )
    return (i: number): Pair => pairs[i] as Pair
  }

  test('Flux [16, 56, 56]', () => {
    expect(fluxRope().pairing).toBe('interleaved')
    expectPairs(fluxRope(), run([16, 56, 56]), 64)
  })

  test('Wan 128: 44, 42, 42', () => {
    expectPairs(wanRope({ headDim: 128 }), run([44, 42, 42]), 64)
  })

  test('CogVideoX 64: 16, 24, 24', () => {
    expectPairs(cogVideoXRope({ headDim: 64 }), run([16, 24, 24]), 32)
  })

  test('Cosmos 128: a base per axis', () => {
    const options = cosmosRope({ headDim: 128, scales: [1, 3, 2] })
    expect(options.pairing).toBe('half')
    const bases = [1e4, 1e4 * 3 ** (42 / 40), 1e4 * 2 ** (42 / 40)]
    const widths = [44, 42, 42]
    const starts = [0, 22, 43]
    expectPairs(
      options,
      (i) => {
        const axis = i < 22 ? 0 : i < 43 ? 1 : 2
        const j = i - (starts[axis] as number)
        return [axis, (bases[axis] as number) ** ((-2 * j) / (widths[axis] as number))]
      },
      64,
    )
  })

  test('MiniMax M3 80: 26 each, 2 left', () => {
    const options = minimaxVisionRope({ headDim: 80 })
    expect([options.headDim, options.rotaryDim, options.pairing]).toEqual([80, 78, 'half'])
    expectPairs(options, run([26, 26, 26]), 39)
  })

  test('LTX 2: rising frequencies, axes in turn, what is left over stands still', () => {
    const still = 2
    expectPairs(
      ltx2Rope({ headDim: 64 }),
      (i) => {
        const at = i - still
        if (at < 0) return [0, 0]
        return [at % 3, (Math.PI / 2) * 1e4 ** (Math.floor(at / 3) / 9)]
      },
      32,
    )
  })

  test('any widths', () => {
    expectPairs(axialRope([4, 2], { headDim: 8, pairing: 'half', base: 100 }), run([4, 2], 100), 3)
    expect(() => axialRope([3, 5])).toThrow(/^widths\[0\] \/ 2 is 1.5/)
  })
})

test('Music Flamingo: window and frame, both times the time', () => {
  const options = musicFlamingoRope({ width: 20, dim: 4, base: 100 })
  expect([options.rotaryDim, options.pairing]).toEqual([8, 'interleaved'])
  expectPairs(options, (i) => [i < 2 ? 0 : 1, i % 2 === 0 ? 1 : 0.1], 4)
  const { axes } = musicFlamingoPositions([0.5, 1, 1.5, 2], 2, 10)
  const turn = -2 * Math.PI
  const expected = [
    [0, 0, (turn * 1.5) / 10, (turn * 2) / 10],
    [0, (turn * 2 * Math.PI) / 10, 0, (turn * 2 * 2 * Math.PI) / 10],
  ]
  axes.forEach((axis, a) => {
    axis.forEach((position, at) => expect(position).toBeCloseTo(expected[a]?.[at] as number, 14))
  })
  expect(() => musicFlamingoPositions([1, 2, 3], 2, 10)).toThrow(/multiple of frames, 2/)
})

describe('dense axes', () => {
  const weights = [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ]

  test('one rope per head', () => {
    const ropes = denseRopesByHead(weights, { headDim: 4 })
    expect(ropes.map(({ axes }) => axes)).toEqual([
      {
        kind: 'dense',
        weights: [
          [1, 2],
          [5, 6],
        ],
      },
      {
        kind: 'dense',
        weights: [
          [3, 4],
          [7, 8],
        ],
      },
    ])
    expect(resolveConfig(ropes[0] as RopeOptions).pairing).toBe('interleaved')
  })

  test('weights that do not fit', () => {
    expect(() => denseRope([[1, 2], [3]], { headDim: 4 })).toThrow(/^weights\[1\].length is 1/)
    expect(() => denseRope([[1, 2, 3]], { headDim: 4 })).toThrow(/^weights\[0\].length is 3/)
    expect(() => denseRopesByHead([[[1]], []], { headDim: 2 })).toThrow(/^weights\[1\] is/)
  })

  test('a view of one head, in every layout', () => {
    const data = Float32Array.from({ length: 2 * 3 * 4 * 2 }, (_, i) => i)
    const first = (layout: 'bshd' | 'bhsd' | 'sbhd' | 'thd', shape: readonly number[]): number => {
      const { strides = [], offset = 0 } = headView({ data, shape, layout }, 1)
      expect(strides).toHaveLength(shape.length)
      return offset
    }
    expect(first('bshd', [2, 3, 4, 2])).toBe(2)
    expect(first('bhsd', [2, 4, 3, 2])).toBe(6)
    expect(first('sbhd', [3, 2, 4, 2])).toBe(2)
    expect(first('thd', [6, 4, 2])).toBe(2)
    expect(() => headView({ data, shape: [6, 4, 2], layout: 'thd' }, 4)).toThrow(/^head is 4/)
    expect(() => headView({ data, shape: [6, 8], layout: 'flat' }, 0)).toThrow(/^tensor.layout/)
  })
})

/**
 * What `angles: 'float32'` promises, against recordings of real models in PyTorch: the same bits
 * wherever PyTorch's own sin and cos are correctly rounded. They are not always; the table below
 * states how often, and that nothing else ever differs.
 */
import { describe, expect, test } from 'vitest'
import { computeFrequencies, type RopeOptions, resolveConfig } from '../../../src/config/config.js'
import { bytesOfBase64, recordedNumbers } from '../../../src/conformance/golden/recorded.js'
import {
  type RecordedModel,
  type RecordedOperand,
  recordedModels,
} from '../../../src/conformance/golden/recorded-models.js'
import { runConformance } from '../../../src/conformance/index.js'
import { bitsOf, bytesOf } from '../../../src/conformance/memory/elements.js'
import { fromDouble, toFloat32 } from '../../../src/reference/big.js'
import { exactCosSin } from '../../../src/reference/elementary.js'
import { pairPlaces } from '../../../src/reference/logical-tensor.js'
import { modelRotate } from '../../../src/reference/model.js'
import { createRotationBuilder } from '../../../src/rotation/rotation.js'
import { createGpuLikeBackend } from '../gpu-like-backend.js'
import { createNaiveBackend } from '../naive-backend.js'

const MODELS = recordedModels()
const OPERANDS: readonly RecordedOperand[] = ['q', 'k']

/** Complex numbers that fill no vector are multiplied with a fused step: 4 of 44 pairs. */
const FUSED_PAIRS: Readonly<Record<string, number>> = { 'llama4-vision': 40 }

/**
 * DINOv3 multiplies positions by 2 pi first, the preset multiplies frequencies. The two are one in
 * exact arithmetic; for the bits, the order has to be the model's.
 */
function asComputed(model: RecordedModel): RecordedModel {
  if (model.name !== 'dinov3' || model.options.schedule.type !== 'axial') return model
  const { schedule } = model.options
  const families = schedule.families.map((family) => ({ ...family, multiplier: 1 }))
  const options: RopeOptions = { ...model.options, schedule: { ...schedule, families } }
  const turn = Math.fround(2 * Math.PI)
  const positions = model.positions.map((axis) => axis.map((at) => Math.fround(turn * at)))
  const frequencies = (model.frequencies as Float64Array).map((f) => Math.fround(f / 2 / Math.PI))
  return { ...model, options, positions, frequencies }
}

interface Turn {
  readonly sameFrequency: boolean
  readonly torch: readonly [number, number]
  readonly own: readonly [number, number]
  /** cos and sin of PyTorch's float32 angle, correctly rounded, times its attention factor. */
  readonly correct: readonly [number, number]
}

/** Every (token, pair) of a model. */
function turnsOf(recorded: RecordedModel): readonly Turn[] {
  const model = asComputed(recorded)
  const config = resolveConfig(model.options)
  const frequencies = computeFrequencies(config)
  const { tokens, pairs, positions, rows } = model
  const table = {
    ...{ rows: tokens, batchStride: 0 },
    axes: positions.map((axis) => Float64Array.from(axis)),
  }
  const own = createRotationBuilder(config, frequencies).build(table, 'float32')
  const factor = Math.fround(frequencies.attentionFactor)
  const axisOfPair = config.axes?.kind === 'one-hot' ? config.axes.axisOfPair : []
  return Array.from({ length: tokens * pairs }, (_, at) => {
    const i = at % pairs
    const position = positions[axisOfPair[i] ?? 0]?.[Math.floor(at / pairs)] as number
    const our = frequencies.float32Frequencies[i] as number
    const their = model.frequencies === null ? our : (model.frequencies[i] as number)
    const { cos, sin } = exactCosSin(fromDouble(Math.fround(Math.fround(position) * their)))
    return {
      sameFrequency: their === our,
      torch: [rows.cos[at] as number, rows.sin[at] as number],
      own: [own.cos[at] as number, own.sin[at] as number],
      correct: [Math.fround(factor * toFloat32(cos)), Math.fround(factor * toFloat32(sin))],
    }
  })
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => value === b[i])

const TURNS = new Map(MODELS.map((model) => [model.name, turnsOf(model)]))

function turns({ name }: RecordedModel): readonly Turn[] {
  return TURNS.get(name) ?? []
}

const TABLED = MODELS.filter(({ frequencies }) => frequencies !== null)

describe.each(TABLED.map((model) => [model.name, model] as const))('%s', (_, model) => {
  test('our cos and sin of its float32 angles are correctly rounded', () => {
    const comparable = turns(model).filter(({ sameFrequency }) => sameFrequency)
    expect(comparable.length).toBeGreaterThan(turns(model).length * 0.9)
    for (const { own, correct } of comparable) expect(own).toEqual(correct)
  })

  test("PyTorch's are off by one unit in the last place at most", () => {
    const units = computeFrequencies(resolveConfig(model.options)).attentionFactor === 1 ? 1 : 2
    for (const { torch, correct } of turns(model)) {
      torch.forEach((value, i) => {
        const size = Math.abs(correct[i] as number)
        // One unit of a cosine may become two of its product with an attention factor.
        const unit = units * 2 ** (Math.floor(Math.log2(size)) - 23)
        expect(Math.abs(value - (correct[i] as number))).toBeLessThanOrEqual(size === 0 ? 0 : unit)
      })
    }
  })

  test('q and k have the same bits wherever its cos and sin are correctly rounded', () => {
    const config = resolveConfig(model.options)
    const own = turns(model).map((turn) => turn.own)
    const rows = { cos: own.map(([cos]) => cos), sin: own.map(([, sin]) => sin) }
    const window = { pairing: config.pairing, windowOffset: 0, rotaryDim: config.rotaryDim }
    let compared = 0
    for (const operand of OPERANDS) {
      const sizes = { ...model, batch: 1, heads: model.heads[operand] }
      const input = model.input(operand, 'float32')
      const actual = bitsOf(modelRotate(input, 'float32', sizes, window, rows, 1))
      const expected = bitsOf(model.output(operand, 'float32'))
      for (const { x, y, turn } of pairPlaces(sizes, window)) {
        const { sameFrequency, torch, correct } = turns(model)[turn] as Turn
        if (!sameFrequency || !same(torch, correct)) continue
        if (turn % model.pairs >= (FUSED_PAIRS[model.name] ?? Infinity)) continue
        compared++
        expect([actual[x], actual[y]]).toEqual([expected[x], expected[y]])
      }
    }
    expect(compared).toBeGreaterThan(0.7 * turns(model).length * 3)
  })
})

test("how often PyTorch's cos and sin are correctly rounded, and so the same as ours", () => {
  const percent = (part: number, all: number): string =>
    `${part} of ${all} (${((100 * part) / all).toFixed(1)} %)`
  const lines = TABLED.map((model) => {
    const all = turns(model)
    const right = all.filter(({ torch, correct }) => same(torch, correct))
    const equal = all.filter(({ torch, own }) => same(torch, own))
    // Nothing but a power function, or a sine or cosine, ever parts the two.
    const parted = right.filter(({ own, torch }) => !same(own, torch))
    expect(parted.every(({ sameFrequency }) => !sameFrequency)).toBe(true)
    return { name: model.name, all: all.length, right: right.length, equal: equal.length }
  })
  const sum = (key: 'all' | 'right' | 'equal'): number =>
    lines.reduce((total, line) => total + line[key], 0)
  expect(
    [
      `correctly rounded: ${percent(sum('right'), sum('all'))}`,
      `the same as ours: ${percent(sum('equal'), sum('all'))}`,
      ...lines.map(({ name, equal, all }) => `${name}: ${percent(equal, all)}`),
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "correctly rounded: 3097 of 3340 (92.7 %)
    the same as ours: 3079 of 3340 (92.2 %)
    llama: 244 of 256 (95.3 %)
    llama-yarn: 115 of 128 (89.8 %)
    gptj: 114 of 128 (89.1 %)
    gpt-neox: 41 of 48 (85.4 %)
    glm: 114 of 128 (89.1 %)
    cohere: 233 of 256 (91.0 %)
    qwen2-vl: 235 of 256 (91.8 %)
    qwen2-vl-vision: 155 of 160 (96.9 %)
    qwen3-vl: 233 of 256 (91.0 %)
    deepseek-v3: 113 of 128 (88.3 %)
    llama4-text: 251 of 256 (98.0 %)
    llama4-vision: 196 of 220 (89.1 %)
    pixtral: 120 of 128 (93.8 %)
    gemma3-full: 235 of 256 (91.8 %)
    gemma3-sliding: 233 of 256 (91.0 %)
    modernbert-full: 117 of 128 (91.4 %)
    modernbert-sliding: 114 of 128 (89.1 %)
    dinov3: 216 of 224 (96.4 %)"
  `)
})

test("RoFormer's table, made in double and rounded once, is that of exact angles", () => {
  const roformer = MODELS.filter(({ name }) => name === 'roformer')
  expect(roformer).toHaveLength(1)
  for (const model of roformer) {
    expect(model.options.angles).toBe('exact')
    for (const { torch, own } of turns(model)) expect(own).toEqual(torch)
  }
})

describe('the recordings', () => {
  test('are of every model, in two dtypes', () => {
    expect(MODELS.map(({ name }) => name)).toEqual([
      ...['llama', 'llama-yarn', 'gptj', 'gpt-neox', 'glm', 'cohere', 'qwen2-vl'],
      ...['qwen2-vl-vision', 'qwen3-vl'],
      ...['deepseek-v3', 'llama4-text', 'llama4-vision', 'pixtral', 'gemma3-full'],
      ...['gemma3-sliding', 'modernbert-full', 'modernbert-sliding', 'dinov3', 'roformer'],
    ])
  })

  test('hold as many numbers as their shapes say, and leave the unrotated channels alone', () => {
    for (const model of MODELS) {
      for (const [operand, dtype] of [
        ['q', 'float32'],
        ['k', 'bfloat16'],
      ] as const) {
        const input = bitsOf(model.input(operand, dtype))
        const output = bitsOf(model.output(operand, dtype))
        const { headDim, tokens, heads, pairs } = model
        expect(output).toHaveLength(tokens * heads[operand] * headDim)
        output.forEach((bits, i) => {
          if (i % headDim >= 2 * pairs) expect(bits).toBe(input[i])
        })
      }
    }
  })

  test('read base64 as every decoder does', () => {
    for (const length of [0, 1, 2, 3, 4, 61, 62, 63]) {
      const bytes = bytesOf(recordedNumbers(16, length + 1)).subarray(0, length)
      expect(bytesOfBase64(Buffer.from(bytes).toString('base64'))).toEqual(new Uint8Array(bytes))
    }
  })
})

describe('the cases reject', () => {
  const filter = 'golden/recorded/'

  test('a backend that rounds once less', async () => {
    const backend = createNaiveBackend({
      rotate: (_dtype, x, y, cos, sin) => [
        Math.fround(x * cos - y * sin),
        Math.fround(y * cos + x * sin),
      ],
    })
    const { failures } = await runConformance(backend, { filter: 'golden/onnx/' })
    expect(failures.length).toBeGreaterThan(6)
    const { failures: recorded } = await runConformance(backend, { filter })
    const ids = recorded.map(({ id }) => id)
    expect(ids.filter((id) => id.endsWith('/float32/rows')).length).toBeGreaterThan(15)
  })

  test('a GPU that is off by one part in 2^19', async () => {
    const backend = createGpuLikeBackend({
      rotate: (_dtype, x, y, cos, sin) => [(x * cos - y * sin) * (1 + 2 ** -19), y * cos + x * sin],
    })
    const { failures } = await runConformance(backend, { filter })
    const ids = failures.map(({ id }) => id)
    expect(ids.filter((id) => id.includes('/float32/')).length).toBeGreaterThan(30)
  })
})

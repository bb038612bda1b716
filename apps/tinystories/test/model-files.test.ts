/** Damaged model folders: one clear error each. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RopeError } from '@rope/core'
import { parseSafetensors, tensorBytes, writeSafetensors } from '@rope/core/safetensors'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readModelConfig } from '../src/model-config.js'
import { readModel } from '../src/model-files.js'
import { MODEL_FOLDER, readBundled, run } from './world.js'

const config = JSON.parse(await readFile(join(MODEL_FOLDER, 'config.json'), 'utf8'))
const weights = await readFile(join(MODEL_FOLDER, 'model.safetensors'))
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny stories '))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the program on a copy of the model in which one file is another. */
async function runWith(name: string, content: string | Uint8Array | null): Promise<string> {
  await cp(MODEL_FOLDER, folder, { recursive: true })
  if (content === null) await rm(join(folder, name))
  else await writeFile(join(folder, name), content)
  const { exitCode, out, err } = await run(['--tokens', '8'], { modelFolder: folder })
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  expect(err).toMatch(/^error: [^\n]+\n$/)
  return err
}

/** The model's tensors with one changed, or left out. */
function weightsWith(name: string, change: object | null): Uint8Array {
  const file = parseSafetensors(weights)
  const tensors = Array.from(file.tensors.values(), (tensor) => ({
    ...tensor,
    data: tensorBytes(file, tensor.name),
    ...(tensor.name === name ? change : {}),
  }))
  return writeSafetensors(tensors.filter((tensor) => change !== null || tensor.name !== name))
}

describe('a damaged model', () => {
  const files: readonly (readonly [string, string, string | Uint8Array | null, RegExp])[] = [
    [
      'no weights',
      'model.safetensors',
      null,
      /model\.safetensors of the model cannot be read \(ENOENT/,
    ],
    ['no config', 'config.json', null, /config\.json of the model cannot be read/],
    [
      'truncated weights',
      'model.safetensors',
      weights.subarray(0, 500_000),
      /model\.safetensors: tensor "model\..*truncated/,
    ],
    [
      'a web page for weights',
      'model.safetensors',
      '<!doctype html>',
      /header's length is \d+ bytes, above/,
    ],
    [
      'a missing tensor',
      'model.safetensors',
      weightsWith('model.norm.weight', null),
      /no tensor "model\.norm\.weight"; it has/,
    ],
    [
      'another shape',
      'model.safetensors',
      weightsWith('model.norm.weight', { shape: [8, 8] }),
      /model\.norm\.weight is F32 \[8, 8\]; .* shape \[64\]/,
    ],
    [
      'integers',
      'model.safetensors',
      weightsWith('model.norm.weight', { dtype: 'I32' }),
      /model\.norm\.weight is I32/,
    ],
    [
      'config of another model',
      'config.json',
      JSON.stringify({ ...config, model_type: 'gpt2' }),
      /model_type is "gpt2"; accepted: "llama"/,
    ],
    ['config that is a list', 'config.json', '[]', /does not hold a JSON object/],
    ['config that is not JSON', 'config.json', '{', /config\.json of the model is not JSON/],
    [
      'heads that do not divide',
      'config.json',
      JSON.stringify({ ...config, num_key_value_heads: 3 }),
      /num_key_value_heads is 3; accepted: a divisor/,
    ],
    [
      'more layers than weights',
      'config.json',
      JSON.stringify({ ...config, num_hidden_layers: 2 ** 50 }),
      /no tensor "model\.layers\.5\./,
    ],
    [
      'a start token out of range',
      'config.json',
      JSON.stringify({ ...config, bos_token_id: 512 }),
      /bos_token_id is 512; accepted: a token/,
    ],
    [
      'an odd head dimension',
      'config.json',
      JSON.stringify({ ...config, head_dim: 7 }),
      /q_proj\.weight is F32 \[64, 64\]; .*\[56, 64\]/,
    ],
    [
      'a RoPE base that is text',
      'config.json',
      JSON.stringify({ ...config, rope_theta: 'big' }),
      /rope_theta/,
    ],
    [
      'a short vocabulary',
      'tokenizer.json',
      '{"type":"sentencepiece-bpe","pieces":[["a",0]]}',
      /1 pieces, but config\.json a vocab_size of 512/,
    ],
    ['no vocabulary', 'tokenizer.json', '{}', /tokenizer\.json holds no vocabulary/],
  ]
  test.each(files)('%s', async (_what, name, content, message) => {
    expect(await runWith(name, content)).toMatch(message)
  })

  test.each([
    ['a pipe without a writer', (path: string) => void spawnSync('mkfifo', [path])],
    ['a device that never ends', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('%s in place of a file', async (_, put) => {
    await cp(MODEL_FOLDER, folder, { recursive: true })
    await rm(join(folder, 'config.json'), { recursive: true })
    put(join(folder, 'config.json'))
    const { exitCode, err } = await run(['--tokens', '8'], { modelFolder: folder })
    await rm(join(folder, 'config.json'), { recursive: true })
    expect(exitCode).toBe(2)
    expect(err).toMatch(/config\.json of the model cannot be read \(it is not a regular file\)/)
  })

  test('a context that no cache could be made for', () => {
    const read = (): unknown => readModelConfig({ ...config, max_position_embeddings: 2 ** 53 - 1 })
    expect(read).toThrow(/max_position_embeddings is 9007199254740991; accepted: at most 1048576/)
  })

  test('no expected texts to check', async () => {
    await cp(MODEL_FOLDER, folder, { recursive: true })
    await writeFile(join(folder, 'expected.json'), '{"cases":[]}')
    const { exitCode, err } = await run(['--check'], { modelFolder: folder })
    expect(exitCode).toBe(2)
    expect(err).toMatch(/^error: expected\.json holds no texts/)
  })
})

test('a config of any content is read or refused with INVALID_CONFIG', () => {
  const keys = fc.constantFrom(...Object.keys(config))
  const changed = fc.dictionary(keys, fc.jsonValue()).map((changes) => ({ ...config, ...changes }))
  fc.assert(
    fc.property(fc.oneof(changed, fc.jsonValue()), (json) => {
      try {
        expect(readModelConfig(json).queryHeads).toBe((json as typeof config).num_attention_heads)
      } catch (error) {
        if (!RopeError.isInstance(error)) throw error
        expect(error.code).toBe('INVALID_CONFIG')
      }
    }),
  )
})

test('the model is as its config says', async () => {
  const model = await readModel(readBundled)
  expect(model.parameters).toBe(260_032)
  expect(model.config).toMatchObject({
    layers: 5,
    hiddenSize: 64,
    queryHeads: 8,
    keyHeads: 4,
    headDim: 8,
  })
  expect(model.ropeConfig('half')).toMatchObject({ headDim: 8, rotaryDim: 8, pairing: 'half' })
  expect(model.ropeConfig('interleaved').pairing).toBe('interleaved')
})

test('only the rows of queries and keys differ between the pairings', async () => {
  const model = await readModel(readBundled)
  const half = model.weights('half').layers[4]
  const interleaved = model.weights('interleaved').layers[4]
  const rowOf = (data: Float32Array | undefined, index: number): number[] => [
    ...(data ?? []).slice(index * 64, index * 64 + 64),
  ]
  // Pair i of a head of 8: channels (i, i + 4) become (2i, 2i + 1).
  for (const [from, to] of [
    [0, 0],
    [4, 1],
    [1, 2],
    [5, 3],
    [2, 4],
    [6, 5],
    [3, 6],
    [7, 7],
  ] as const) {
    expect(rowOf(interleaved?.query.data, 56 + to)).toEqual(rowOf(half?.query.data, 56 + from))
    expect(rowOf(interleaved?.key.data, 24 + to)).toEqual(rowOf(half?.key.data, 24 + from))
  }
  expect(interleaved?.value).toBe(half?.value)
})

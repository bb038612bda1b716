/**
 * The examples of the README on a real device. That they compile, and do nothing by themselves, is
 * checked with those of all documents.
 */
import { readFileSync } from 'node:fs'
import { compileFunction } from 'node:vm'
import * as core from '@rope/core'
import * as backend from '@rope/core/backend'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import * as webgpu from '../src/index.js'
import {
  elementsToBuffer,
  expectClose,
  expected,
  numbers,
  readElements,
  toBuffer,
} from './gpu/buffers.js'
import { findNodeGpu } from './support/node-gpu.js'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const CONFIG = { headDim: 128, schedule: { type: 'default', base: 500000 } } as const

type Example = (...args: readonly unknown[]) => Promise<unknown>

/** The functions that the examples export, by name. */
function examples(): Readonly<Record<string, Example>> {
  const modules: Readonly<Record<string, object>> = {
    '@rope/core': core,
    '@rope/core/backend': backend,
    '@rope/webgpu': webgpu,
  }
  const exported: Record<string, Example> = {}
  for (const [, code = ''] of README.matchAll(/^```ts\n(.*?)^```/gms)) {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }
    const { outputText } = ts.transpileModule(code, { compilerOptions })
    compileFunction(outputText, ['require', 'exports'])((name: string) => modules[name], exported)
  }
  return exported
}

const found = await findNodeGpu()

describe.skipIf(found.gpu === null)('the examples of the README', () => {
  const { rotateArray, rotateStep, rotateAtIds } = examples()
  let device: GPUDevice

  beforeAll(async () => {
    device = (await webgpu.createWebGpuBackend()).gpuDevice as unknown as GPUDevice
  })

  test('typed arrays', async () => {
    const q = numbers('float32', 2 * 32 * 128) as Float32Array
    const shape = [1, 2, 32, 128]
    const wanted = expected({ ...CONFIG, pairing: 'half' }, q, { shape, layout: 'bshd' }, 0)
    expect(await rotateArray?.(q)).toMatch(/^rotated on \w+/)
    expectClose('float32', q, wanted)
  })

  test('a decode step on the key caches of several layers', async () => {
    const position = 3
    const layers = [1, 2].map((seed) => ({
      q: numbers('float16', 32 * 128, seed),
      keys: numbers('float16', (position + 1) * 8 * 128, seed + 2),
    }))
    const buffers = layers.map(({ q, keys }) => ({
      q: elementsToBuffer(device, q),
      keys: elementsToBuffer(device, keys),
    }))
    await rotateStep?.(device, buffers, position)
    const config = { ...CONFIG, pairing: 'half' } as const
    for (const [i, { q, keys }] of layers.entries()) {
      const on = buffers[i] as { readonly q: GPUBuffer; readonly keys: GPUBuffer }
      const layout = { layout: 'bshd', dtype: 'float16' } as const
      const queries = await readElements(device, on.q, 'float16', q.length)
      const shape = [1, 1, 32, 128]
      expectClose('float16', queries, expected(config, q, { shape, ...layout }, position))
      const rows = await readElements(device, on.keys, 'float16', keys.length)
      const past = position * 8 * 128
      expect(rows.slice(0, past)).toEqual(keys.slice(0, past))
      const last = { shape: [1, 1, 8, 128], ...layout }
      const newest = expected(config, keys.slice(past), last, position)
      expectClose('float16', rows.slice(past), newest)
    }
  })

  test('ids on the GPU', async () => {
    const keys = numbers('bfloat16', 6 * 8 * 128)
    const buffer = elementsToBuffer(device, keys)
    const ids = Int32Array.of(5, 0, 4095, 4096, 7, -1)
    const outside = await rotateAtIds?.(
      device,
      buffer,
      toBuffer(device, new Uint8Array(ids.buffer)),
    )
    expect(outside).toBe(2)
    const config = {
      headDim: 128,
      pairing: 'interleaved',
      schedule: { type: 'default', base: 10000 },
    } as const
    const shaped = { shape: [1, 6, 8, 128], layout: 'bshd', dtype: 'bfloat16' } as const
    const wanted = expected(config, keys, shaped, [5, 0, 4095, 0, 7, 0])
    const actual = await readElements(device, buffer, 'bfloat16', keys.length)
    expectClose('bfloat16', actual, wanted)
    expect(actual.slice(3 * 1024, 4 * 1024)).toEqual(keys.slice(3 * 1024, 4 * 1024))
  })
})

test('the README has the three examples', () => {
  expect(Object.keys(examples()).sort()).toEqual(['rotateArray', 'rotateAtIds', 'rotateStep'])
})

/**
 * The benchmark of the GPU, run for real on an adapter in software: what it may report there, what it
 * reports of a GPU, and that nobody is timed who is wrong. Times themselves are never looked at.
 */
import { readFileSync } from 'node:fs'
import { createWebGpuBackend, type GpuHandle } from '@rope/webgpu'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import type { OnnxRuntimeWeb } from '../../src/gpu/onnxruntime-call.js'
import { type GpuBenchOptions, runGpuBench } from '../../src/gpu/run.js'
import type { LoadedPeer } from '../../src/gpu/session.js'
import { LLAMA } from '../../src/matrix/model-shape.js'
import { rotationCase } from '../../src/matrix/rotation-case.js'
import type { BenchResult } from '../../src/result.js'
import { whyNoGpu } from './software-gpu.js'

const SCHEMA = new URL('../../schema/result.schema.json', import.meta.url)
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))

const NO_PEER: LoadedPeer = { ort: null, reason: 'not in this test' }

const SETTINGS = {
  budget: 0,
  warmUpBudget: 0,
  minimumRounds: 6,
  maximumRounds: 6,
  sampleLength: 0.1,
}

/** Two heads instead of forty: a GPU in software takes its time. */
const SHAPE = { ...LLAMA, name: 'small', queryHeads: 1, keyHeads: 1 }

function short(options: Partial<GpuBenchOptions> = {}): Promise<BenchResult> {
  return runGpuBench({
    size: 'full',
    cases: [rotationCase({ shape: SHAPE, tokens: 1 })],
    footprint: 1,
    settings: SETTINGS,
    peer: NO_PEER,
    ...options,
  })
}

/** The GPU of this environment, whose devices say that they are no software. */
async function disguised(): Promise<GpuHandle> {
  const opened = await createWebGpuBackend()
  const { gpuDevice } = opened
  const info = { vendor: 'test', architecture: '', device: '', description: 'a GPU for tests' }
  Object.defineProperty(gpuDevice, 'adapterInfo', { value: info })
  const { features, limits } = gpuDevice
  const adapter = { info, features, limits, requestDevice: async () => gpuDevice }
  return { requestAdapter: async () => adapter } as unknown as GpuHandle
}

/** A library that gives back what it gets. */
const UNTURNED = {
  env: { versions: { web: '0' }, wasm: {} },
  Tensor: Object.assign(
    class {
      dispose(): void {}
    },
    { fromGpuBuffer: (gpuBuffer: unknown) => ({ gpuBuffer, dispose: () => undefined }) },
  ),
  InferenceSession: {
    create: async () => ({
      run: async ({ q, k }: { readonly q: object; readonly k: object }) => ({ q_out: q, k_out: k }),
      release: async () => undefined,
    }),
  },
} as unknown as OnnxRuntimeWeb

const reason = await whyNoGpu()

describe.skipIf(reason !== null)(
  `on a GPU in software${reason === null ? '' : `: ${reason}`}`,
  () => {
    test('the ratio to the copy kernel is all that is reported', async () => {
      const cases = (['float32', 'float16', 'bfloat16'] as const).map((dtype) =>
        rotationCase({ shape: SHAPE, tokens: 3, dtype }),
      )
      const result = await short({ cases })
      expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(
        true,
      )
      expect(result.groups.map(({ id }) => id)).toEqual(
        ['float32', 'float16', 'bfloat16'].map(
          (dtype) => `small/3/${dtype}/half/bshd/in-place/gpu-time`,
        ),
      )
      for (const { entries, comparisons } of result.groups) {
        expect(entries).toMatchObject([
          { name: 'webgpu', status: 'ok', time: null, gigabytesPerSecond: null },
          { name: 'vec4 copy', status: 'ok', time: null, gigabytesPerSecond: null },
        ])
        expect(comparisons).toMatchObject([{ of: 'webgpu', over: 'vec4 copy', purpose: 'limit' }])
        expect(comparisons[0]?.ratio).toBeGreaterThan(0)
      }
      expect(result.backends[0]?.facts.isSoftware).toBe(true)
      expect(result.peers).toMatchObject([{ available: false, reason: 'not in this test' }])
    })

    test('of a GPU both clocks are reported, and the goals are judged', async () => {
      const cases = [rotationCase({ shape: SHAPE, tokens: 4096 })]
      const result = await short({ gpu: await disguised(), cases })
      expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(
        true,
      )
      expect(result.groups.map(({ id }) => id.replace(/.*\//, ''))).toEqual([
        'gpu-time',
        'wall-time',
      ])
      for (const { entries, comparisons } of result.groups) {
        const [own, copy, peer] = entries
        expect(own?.time?.median).toBeGreaterThan(0)
        expect(copy?.gigabytesPerSecond).toBeGreaterThan(0)
        expect(peer).toMatchObject({ name: 'onnxruntime-web', status: 'unavailable' })
        expect(comparisons).toMatchObject([{ of: 'webgpu', over: 'vec4 copy' }])
      }
      const [dispatches, copy, peer] = result.goals
      expect(dispatches).toMatchObject({ id: 'webgpu-dispatches', outcome: 'not measured' })
      expect(copy?.id).toBe('webgpu-copy-4096-float32')
      expect(copy?.measured).toBe(result.groups[0]?.comparisons[0]?.ratio)
      expect(copy?.outcome).toBe((copy?.measured ?? 0) >= 0.85 ? 'met' : 'not met')
      expect(peer).toMatchObject({ id: 'webgpu-onnxruntime-4096-float32', outcome: 'not measured' })
      expect(peer?.reason).toContain('not in this test')
    })

    test('a peer that is wrong is neither counted nor timed', async () => {
      const peer = { ort: UNTURNED, reason: null }
      const result = await short({ gpu: await disguised(), peer })
      expect(result.peers[0]).toMatchObject({ available: false })
      expect(result.peers[0]?.reason).toMatch(
        /^q, token \d+, head 0, channel \d+ is .* the oracle has/,
      )
      expect(result.goals).toMatchObject([{ id: 'webgpu-dispatches', outcome: 'not measured' }])
      for (const { entries } of result.groups) {
        expect(entries[2]).toMatchObject({ name: 'onnxruntime-web', status: 'fail', time: null })
      }
    })

    test('a filter that keeps nothing measures nothing', async () => {
      expect((await short({ filter: 'no such case' })).groups).toEqual([])
    })
  },
)

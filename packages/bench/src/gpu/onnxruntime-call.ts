/**
 * onnxruntime-web's WebGPU execution provider as a contender, on our own device: q and k lie in GPU
 * buffers, its results stay on the GPU, and one call is one `session.run` of a model with two
 * RotaryEmbedding nodes, since a node rotates one tensor. The library is handed in.
 */
import type { BufferHandle, DeviceHandle } from '@rope/webgpu'
import type { Opened } from '../contenders/opened.js'
import { checkRotation } from '../contenders/oracle.js'
import { tablesOf } from '../contenders/peer-call.js'
import { firstPosition, type RotationCase } from '../matrix/rotation-case.js'
import { rotaryEmbeddingNodes } from '../peers/rotary-embedding-model.js'
import { download, inputOf, type Stage, upload } from './rotation-call.js'

interface OrtTensor {
  readonly gpuBuffer: BufferHandle
  dispose(): void
}

interface OrtSession {
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
  ): Promise<{ readonly q_out: OrtTensor; readonly k_out: OrtTensor }>
  release(): Promise<void>
}

interface OrtTensorClass {
  new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OrtTensor
  fromGpuBuffer(
    buffer: BufferHandle,
    options: { readonly dataType: 'float32'; readonly dims: readonly number[] },
  ): OrtTensor
}

/** The part of onnxruntime-web's API that is used. */
export interface OnnxRuntimeWeb {
  readonly env: {
    readonly versions: { readonly web?: string }
    readonly wasm: { wasmPaths?: string; numThreads?: number }
  }
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<OrtSession>
  }
  readonly Tensor: OrtTensorClass
}

/** Why the peer cannot run a case; null when it can. */
export function onnxRuntimeRefusal({ dtype }: RotationCase): string | null {
  return dtype === 'float32' ? null : `it is measured with float32 only, not ${dtype}`
}

function createSession(
  ort: OnnxRuntimeWeb,
  device: DeviceHandle,
  rotation: RotationCase,
): Promise<OrtSession> {
  const { shape, pairing } = rotation
  const model = rotaryEmbeddingNodes(
    (['q', 'k'] as const).map((name) => ({
      input: name,
      output: `${name}_out`,
      shape: dimsOf(rotation, name),
      heads: name === 'q' ? shape.queryHeads : shape.keyHeads,
    })),
    { headDim: shape.headDim, rotaryDim: shape.rotaryDim, pairing, ...tablesOf(rotation) },
  )
  return ort.InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', device }],
    preferredOutputLocation: 'gpu-buffer',
  })
}

/** The heads side by side in bshd, apart in bhsd: how the node tells the two layouts. */
function dimsOf({ shape, tokens, layout }: RotationCase, name: 'q' | 'k'): readonly number[] {
  const heads = name === 'q' ? shape.queryHeads : shape.keyHeads
  return layout === 'bshd' ? [1, tokens, heads * shape.headDim] : [1, heads, tokens, shape.headDim]
}

/** Prepares onnxruntime-web for a case. */
export async function openOnnxRuntime(
  stage: Stage,
  ort: OnnxRuntimeWeb,
  rotation: RotationCase,
): Promise<Opened> {
  const { device, stopwatch } = stage
  const session = await createSession(ort, device, rotation)
  const buffers = inputOf(rotation).map((elements) => upload(device, elements))
  const [q, k] = buffers as [BufferHandle, BufferHandle]
  const tensor = (buffer: BufferHandle, name: 'q' | 'k'): OrtTensor =>
    ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: dimsOf(rotation, name) })
  const start = BigInt64Array.of(BigInt(firstPosition(rotation)))
  const feeds = {
    q: tensor(q, 'q'),
    k: tensor(k, 'k'),
    positions: new ort.Tensor('int64', start, [1]),
  }
  const call = async (): Promise<void> => {
    const { q_out, k_out } = await session.run(feeds)
    q_out.dispose()
    k_out.dispose()
  }
  return {
    run: (count) =>
      stopwatch.time(async () => {
        for (let i = 0; i < count; i++) await call()
      }),
    async check() {
      const { q_out, k_out } = await session.run(feeds)
      const result = [
        await download(device, rotation, q_out.gpuBuffer),
        await download(device, rotation, k_out.gpuBuffer),
      ] as const
      q_out.dispose()
      k_out.dispose()
      return checkRotation(rotation, result, 'bound')
    },
    async close() {
      await session.release()
      q.destroy()
      k.destroy()
    },
  }
}

/**
 * ONNX Runtime as a peer: onnxruntime-node and onnxruntime-web have one API, which is handed in,
 * so that this file needs neither. q and k are one tensor of 40 heads, because one node in one
 * `session.run` is the least that its user can pay.
 */
import type { RotationCase } from '../matrix/rotation-case.js'
import { exact, having, one, orNull, type Reader, record, text, word } from '../readers.js'
import { joinedHeads, joinOperands, separateOperands } from './joined-heads.js'
import type { Peer, PeerCall, PeerInput } from './peer.js'
import { rotaryEmbeddingModel } from './rotary-embedding-model.js'

interface OrtTensor {
  readonly data: unknown
}

type Feeds = Readonly<Record<string, OrtTensor>>

interface OrtSession {
  run(feeds: Feeds): Promise<Readonly<Record<string, OrtTensor | undefined>>>
  release(): Promise<void>
}

/** The part of onnxruntime-common's API that is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OrtSession>
  }
  readonly Tensor: new (
    type: 'float32' | 'int64',
    data: Float32Array | BigInt64Array,
    dims: readonly number[],
  ) => OrtTensor
}

/** Who it is, and which threads it is asked for. */
export interface OnnxRuntimeOptions {
  readonly name: string
  readonly version: string | null
  /** Execution provider: `cpu` in Node, `wasm` on the web. */
  readonly provider: 'cpu' | 'wasm'
}

const readRuntime: Reader<OnnxRuntime> = record<OnnxRuntime>({
  InferenceSession: having<OnnxRuntime['InferenceSession']>('create'),
  Tensor: one('a class', (value) => typeof value === 'function'),
})

const readOptions: Reader<OnnxRuntimeOptions> = exact<OnnxRuntimeOptions>({
  name: text,
  version: orNull(text),
  provider: word('cpu', 'wasm'),
})

/**
 * ONNX Runtime's RotaryEmbedding, whole `session.run`.
 *
 * @throws RopeError INVALID_OPTION naming what is wrong
 */
export function createOnnxRuntimePeer(ort: OnnxRuntime, options: OnnxRuntimeOptions): Peer {
  const runtime = readRuntime(ort, 'ort')
  const { name, version, provider } = readOptions(options, 'options')
  return {
    name,
    version,
    method: `one RotaryEmbedding node over q and k together, whole session.run, ${provider}`,
    refusal,
    open: (input) => openCall(runtime, provider, input),
  }
}

function refusal({ dtype, place }: RotationCase): string | null {
  if (dtype !== 'float32') return `it is measured with float32 only, not ${dtype}`
  // It has no other way, so that comparing it in both places would show one number twice.
  return place === 'in-place' ? null : 'it is measured once, against the case in place'
}

async function openCall(
  ort: OnnxRuntime,
  provider: string,
  { case: rotation, q, k, tables, threads }: PeerInput,
): Promise<PeerCall> {
  const { shape, layout, pairing, tokens } = rotation
  const heads = joinedHeads(rotation)
  const dims =
    layout === 'bshd' ? [1, tokens, heads * shape.headDim] : [1, heads, tokens, shape.headDim]
  const { headDim, rotaryDim } = shape
  const model = rotaryEmbeddingModel({ shape: dims, heads, headDim, rotaryDim, pairing, ...tables })
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [provider],
    ...(threads === 'one' ? { intraOpNumThreads: 1, interOpNumThreads: 1 } : {}),
  })
  const x = new ort.Tensor('float32', joinOperands(rotation, q, k), dims)
  const position = new BigInt64Array(1)
  const feeds = { x, positions: new ort.Tensor('int64', position, [1]) }
  let result: Float32Array = new Float32Array(0)
  return {
    async run(start) {
      position[0] = BigInt(start)
      const { y } = await session.run(feeds)
      result = y?.data as Float32Array
    },
    read: () => separateOperands(rotation, result),
    close: () => session.release(),
  }
}

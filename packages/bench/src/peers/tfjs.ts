/**
 * TensorFlow.js as a peer. It has no rotary operator, so its users compose one from slices,
 * products and a concatenation; tensors stay on the backend and nothing is read back while timed.
 */
import type { RotationCase } from '../matrix/rotation-case.js'
import { exact, having, orNull, type Reader, text, word } from '../readers.js'
import { joinedHeads, joinOperands, separateOperands } from './joined-heads.js'
import type { Peer, PeerCall, PeerInput } from './peer.js'

interface TfTensor {
  dataSync(): ArrayLike<number>
  dispose(): void
}

/** The part of @tensorflow/tfjs-core's API that is used. */
export interface Tfjs {
  tensor(values: Float32Array, shape: number[]): TfTensor
  slice(x: TfTensor, begin: number[], size: number[]): TfTensor
  mul(a: TfTensor, b: TfTensor): TfTensor
  add(a: TfTensor, b: TfTensor): TfTensor
  sub(a: TfTensor, b: TfTensor): TfTensor
  concat(tensors: TfTensor[], axis: number): TfTensor
  reshape(x: TfTensor, shape: number[]): TfTensor
  tidy<Result extends TfTensor>(work: () => Result): Result
  setBackend(name: string): Promise<boolean>
  getBackend(): string
}

/** The longest prompt that is worth waiting for: its plain JavaScript kernels need 3 ms a token. */
const LONGEST: Readonly<Record<TfjsOptions['backend'], number>> = { cpu: 64, wasm: 4096 }

/** Who it is: a backend of tfjs by its own name. */
export interface TfjsOptions {
  readonly name: string
  readonly version: string | null
  readonly backend: 'cpu' | 'wasm'
}

const readLibrary: Reader<Tfjs> = having<Tfjs>(
  ...(['tensor', 'slice', 'mul', 'add', 'sub', 'concat', 'reshape', 'tidy'] as const),
  ...(['setBackend', 'getBackend'] as const),
)

const readOptions: Reader<TfjsOptions> = exact<TfjsOptions>({
  name: text,
  version: orNull(text),
  backend: word('cpu', 'wasm'),
})

/**
 * A rotation composed of TensorFlow.js operators on one of its backends.
 *
 * @throws RopeError INVALID_OPTION naming what is wrong
 */
export function createTfjsPeer(tf: Tfjs, options: TfjsOptions): Peer {
  const library = readLibrary(tf, 'tf')
  const { name, version, backend } = readOptions(options, 'options')
  return {
    name,
    version,
    method: `slices, products and a concatenation on the ${backend} backend, tensors resident`,
    refusal({ dtype, place, tokens }) {
      if (dtype !== 'float32') return `it computes in float32 only, not ${dtype}`
      if (place !== 'in-place') return 'it is measured once, against the case in place'
      if (tokens <= LONGEST[backend]) return null
      return `it is timed up to ${LONGEST[backend]} tokens; a call of more takes seconds`
    },
    open: (input) => openCall(library, backend, input),
  }
}

async function openCall(
  tf: Tfjs,
  backend: string,
  { case: rotation, q, k, tables }: PeerInput,
): Promise<PeerCall> {
  // One engine serves all backends, and tensors belong to the backend that is set when they are made.
  const prepare = async (): Promise<void> => {
    if (tf.getBackend() !== backend) await tf.setBackend(backend)
  }
  await prepare()
  const pairs = rotation.shape.rotaryDim / 2
  const x = tf.tensor(joinOperands(rotation, q, k), [...joinedShape(rotation)])
  const cos = tf.tensor(tables.cos, [tables.rows, pairs])
  const sin = tf.tensor(tables.sin, [tables.rows, pairs])
  let result: TfTensor | null = null
  return {
    prepare,
    run(position) {
      result?.dispose()
      result = tf.tidy(() =>
        rotate(
          tf,
          rotation,
          x,
          rowsAt(tf, rotation, cos, position),
          rowsAt(tf, rotation, sin, position),
        ),
      )
    },
    read: () => separateOperands(rotation, Float32Array.from(result?.dataSync() ?? [])),
    close() {
      for (const tensor of [x, cos, sin, result]) tensor?.dispose()
    },
  }
}

/** Without the batch of one: [tokens, heads, headDim] or [heads, tokens, headDim]. */
function joinedShape(rotation: RotationCase): readonly number[] {
  const { tokens, layout, shape } = rotation
  const heads = joinedHeads(rotation)
  return layout === 'bshd' ? [tokens, heads, shape.headDim] : [heads, tokens, shape.headDim]
}

/** The rows of the tokens at a position, shaped so that they broadcast over the heads. */
function rowsAt(tf: Tfjs, rotation: RotationCase, table: TfTensor, position: number): TfTensor {
  const { tokens, layout, shape, pairing } = rotation
  const pairs = shape.rotaryDim / 2
  const rows = tf.slice(table, [position, 0], [tokens, pairs])
  const spread = layout === 'bshd' ? [tokens, 1, pairs] : [1, tokens, pairs]
  return tf.reshape(rows, pairing === 'half' ? spread : [...spread, 1])
}

function rotate(
  tf: Tfjs,
  rotation: RotationCase,
  x: TfTensor,
  cos: TfTensor,
  sin: TfTensor,
): TfTensor {
  const [outer = 1, inner = 1, headDim = 1] = joinedShape(rotation)
  const { rotaryDim } = rotation.shape
  const pairs = rotaryDim / 2
  const part = (start: number, size: number): TfTensor =>
    tf.slice(x, [0, 0, start], [outer, inner, size])
  const tail = rotaryDim < headDim ? [part(rotaryDim, headDim - rotaryDim)] : []
  if (rotation.pairing === 'half') {
    return tf.concat([...turn(tf, part(0, pairs), part(pairs, pairs), cos, sin), ...tail], 2)
  }
  const pairwise = tf.reshape(part(0, rotaryDim), [outer, inner, pairs, 2])
  const member = (which: number): TfTensor =>
    tf.slice(pairwise, [0, 0, 0, which], [outer, inner, pairs, 1])
  const turned = tf.concat([...turn(tf, member(0), member(1), cos, sin)], 3)
  return tf.concat([tf.reshape(turned, [outer, inner, rotaryDim]), ...tail], 2)
}

/** (x cos - y sin, y cos + x sin) */
function turn(
  tf: Tfjs,
  x: TfTensor,
  y: TfTensor,
  cos: TfTensor,
  sin: TfTensor,
): readonly [TfTensor, TfTensor] {
  return [tf.sub(tf.mul(x, cos), tf.mul(y, sin)), tf.add(tf.mul(y, cos), tf.mul(x, sin))]
}

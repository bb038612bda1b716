/**
 * The backend node tests of ONNX's RotaryEmbedding (opset 23), as the onnx package generates them.
 * Caches hold random numbers, which no schedule has: rows are picked by position and go to a kernel
 * as they are. The reference implementation rounds as we do, so that a CPU must give its bits.
 */
import type { Layout } from '../../plan/tensor.js'
import { checkClose, needDType } from '../calls/numbers.js'
import { type ConformanceCase, check, defineCase, type Trial } from '../case.js'
import { allowance } from '../judge/accept.js'
import type { Rows } from '../judge/rows.js'
import { bitsOf } from '../memory/elements.js'
import { float32OfBase64 } from './recorded.js'
// biome-ignore lint/correctness/useImportExtensions: this one is data, not a module
import data from './recorded-onnx.json' with { type: 'json' }
import { runRows } from './run-rows.js'

/** One node test, as the file holds it. */
interface NodeTest {
  readonly name: string
  readonly attributes: {
    readonly interleaved?: number
    readonly rotary_embedding_dim?: number
    readonly num_heads?: number
  }
  readonly shapes: { readonly input: readonly number[]; readonly cosCache: readonly number[] }
  readonly input: string
  readonly cosCache: string
  readonly sinCache: string
  /** Row of the caches per batch entry and token; absent where the caches are by token already. */
  readonly positionIds?: readonly number[]
  readonly output: string
}

interface Sizes {
  readonly layout: Layout
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly headDim: number
}

/** [batch, heads, tokens, headDim], or [batch, tokens, hidden] with `num_heads`. */
function sizesOf({ shapes: { input }, attributes }: NodeTest): Sizes {
  const [batch = 0, second = 0, third = 0, headDim = 0] = input
  if (input.length === 4) return { layout: 'bhsd', batch, heads: second, tokens: third, headDim }
  const heads = attributes.num_heads ?? 0
  return { layout: 'flat', batch, tokens: second, heads, headDim: third / heads }
}

/** From the order of the node's tensor to [batch, tokens, heads, headDim]. */
function logicalOrder(values: Float32Array, sizes: Sizes): Float32Array<ArrayBuffer> {
  const { layout, tokens, heads, headDim } = sizes
  return Float32Array.from(values, (value, i) => {
    if (layout === 'flat') return value
    const channel = i % headDim
    const head = Math.floor(i / headDim) % heads
    const row = Math.floor(i / (headDim * heads))
    const entry = Math.floor(row / tokens) * heads + head
    return values[(entry * tokens + (row % tokens)) * headDim + channel] as number
  })
}

function rowsOf(test: NodeTest, { batch, tokens }: Sizes, pairs: number): Rows {
  const pick = (text: string): Float64Array => {
    const cache = float32OfBase64(text)
    return Float64Array.from({ length: batch * tokens * pairs }, (_, at) => {
      const token = Math.floor(at / pairs)
      const row = test.positionIds === undefined ? token : (test.positionIds[token] as number)
      return cache[row * pairs + (at % pairs)] as number
    })
  }
  return { cos: pick(test.cosCache), sin: pick(test.sinCache) }
}

async function checkNodeTest(trial: Trial, test: NodeTest): Promise<void> {
  needDType(trial, 'float32')
  const sizes = sizesOf(test)
  const pairs = (test.attributes.rotary_embedding_dim ?? sizes.headDim) / 2
  check(test.shapes.cosCache.at(-1) === pairs, () => 'the caches have one number per pair')
  const input = logicalOrder(float32OfBase64(test.input), sizes)
  const expected = logicalOrder(float32OfBase64(test.output), sizes)
  const pairing = test.attributes.interleaved === 1 ? 'interleaved' : 'half'
  const rows = rowsOf(test, sizes, pairs)
  const actual = await runRows(trial, { dtype: 'float32', pairing, ...sizes, pairs, input, rows })
  const bits = (elements: typeof actual): Float64Array =>
    Float64Array.from(bitsOf(elements), Number)
  if (trial.backend.device === 'cpu') {
    checkClose('bits', bits(actual), bits(expected), () => 0)
    return
  }
  // Inputs and rows lie in [0, 1): no norm is above sqrt(2), of a pair or of its row.
  const { relative, absolute } = allowance('float32', 'gpu', 0, Math.SQRT2)
  const reference = 2 ** -23 + 2 ** -48
  checkClose('output', actual, expected, () => 2 * (relative + reference) + absolute)
}

/** One case per node test. */
export function onnxCases(): readonly ConformanceCase[] {
  return (data.cases as readonly NodeTest[]).map((test) =>
    defineCase('golden', `onnx/${test.name}`, (trial) => checkNodeTest(trial, test)),
  )
}

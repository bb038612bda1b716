/**
 * The self-test: what a backend computes on this very device, before anything depends on it.
 * A CPU backend must give the golden bits; a GPU may round otherwise, within the bound below.
 */

import type { DType } from '@rope/core'
import type { Backend, Elements } from '@rope/core/backend'
import { messageOf } from '../messages.js'
import { numberOf, rightAnswer, visitPairs } from './oracle.js'
import { digestOf, type Prepared, prepare, VECTORS, type Vector } from './vectors.js'

/** The outcome of a self-test. */
export interface SelfTest {
  readonly status: 'passed' | 'failed'
  /** Vectors that were run. */
  readonly vectors: number
  /** What was wrong, down to the element; null when nothing was. */
  readonly evidence: string | null
}

function nameOf({ dtype, pairing, inPlace, direction }: Vector): string {
  const place = inPlace ? 'in place' : 'out of place'
  return `${dtype}, ${pairing}, ${place}${direction === -1 ? ', inverse' : ''}`
}

/** The vectors of the dtypes that a backend claims. */
function vectorsFor(backend: Backend): readonly Vector[] {
  return VECTORS.filter(({ dtype }) => backend.capabilities.dtypes.includes(dtype))
}

/** A reason why the backend does not even run a vector that its capabilities promise. */
function refusal(backend: Backend, { plan }: Prepared): string | null {
  const support = backend.supports(plan)
  return support.ok ? null : `it claims the dtype and refuses the call: ${support.reason}`
}

function passed(vectors: number): SelfTest {
  return { status: 'passed', vectors, evidence: null }
}

function failed(vectors: number, vector: Vector, evidence: string): SelfTest {
  return { status: 'failed', vectors, evidence: `${nameOf(vector)}: ${evidence}` }
}

/** Runs the self-test of a CPU backend, at once. Never throws. */
export function selfTest(backend: Backend): SelfTest {
  const vectors = vectorsFor(backend)
  for (const [i, vector] of vectors.entries()) {
    const evidence = runVector(backend, vector)
    if (evidence !== null) return failed(i + 1, vector, evidence)
  }
  return passed(vectors.length)
}

function runVector(backend: Backend, vector: Vector): string | null {
  try {
    const call = prepare(vector)
    const refused = refusal(backend, call)
    if (refused !== null) return refused
    const pending = backend.compile(call.plan).run(call)
    if (pending !== undefined) return 'a CPU kernel returned a promise'
    // Equal digests are equal bits.
    const actual = targetOf(call)
    return digestOf(actual) === vector.digest ? null : differenceOf(actual, vector)
  } catch (error) {
    return `it threw: ${messageOf(error)}`
  }
}

/** Runs the self-test of any backend. Never rejects. */
export async function selfTestAsync(backend: Backend): Promise<SelfTest> {
  if (backend.device === 'cpu') return selfTest(backend)
  const vectors = vectorsFor(backend)
  for (const [i, vector] of vectors.entries()) {
    const evidence = await runVectorOnGpu(backend, vector)
    if (evidence !== null) return failed(i + 1, vector, evidence)
  }
  return passed(vectors.length)
}

async function runVectorOnGpu(backend: Backend, vector: Vector): Promise<string | null> {
  try {
    const call = prepare(vector)
    const refused = refusal(backend, call)
    if (refused !== null) return refused
    const answer = rightAnswer(call.plan, call.views, call.rotation)
    const input = sourceOf(call).slice()
    await backend.compile(call.plan).run(call)
    return distanceOf(call, input, answer)
  } catch (error) {
    return `it threw: ${messageOf(error)}`
  }
}

function sourceOf({ views }: Prepared): Elements {
  return (views[0] as Prepared['views'][number]).source
}

function targetOf({ views }: Prepared): Elements {
  return (views[0] as Prepared['views'][number]).target
}

/** The first element with other bits than the right answer, which is made only now. */
function differenceOf(actual: Elements, vector: Vector): string {
  const { plan, views, rotation } = prepare(vector)
  const answer = rightAnswer(plan, views, rotation)
  if (digestOf(answer) !== vector.digest)
    return 'this engine computes the golden vector itself wrongly'
  const at = answer.findIndex((value, i) => !Object.is(value, actual[i]))
  return `element ${at} is ${actual[at]}; the golden value is ${answer[at]}`
}

/**
 * Rounding units of a GPU: WGSL's "correctly rounded" may be either neighbour, which doubles those
 * of the CPU: 2^-24 for the arithmetic, 2^-11 and 2^-8 for storing 16 bits.
 */
const UNIT = 2 ** -23

const STORAGE: Readonly<Record<DType, number>> = {
  float64: 0,
  float32: 0,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}

/** The smallest normal number of a dtype: a GPU may flush what is smaller. */
const SMALLEST_NORMAL: Readonly<Record<DType, number>> = {
  float64: 2 ** -126,
  float32: 2 ** -126,
  float16: 2 ** -14,
  bfloat16: 2 ** -126,
}

/**
 * The first element that is too far from the answer. Two products and a sum of a pair of norm N
 * cost at most (2u + u^2) N, and storing v of the result: see the conformance suite's derivation.
 * Underflow costs up to the smallest normal number each time, five times while computing and three
 * times while storing. The answer itself is a CPU's rounding of truth, which is half of that.
 */
function distanceOf(call: Prepared, input: Elements, answer: Elements): string | null {
  const { plan, views, rotation } = call
  const { dtype } = plan
  const actual = targetOf(call)
  const relative = 1.5 * ((1 + 2 * UNIT + UNIT * UNIT) * (1 + STORAGE[dtype]) - 1)
  const absolute = 5 * SMALLEST_NORMAL.float32 + 3 * SMALLEST_NORMAL[dtype]
  const allowed = new Float64Array(answer.length)
  plan.operands.forEach((operand, i) => {
    visitPairs(plan, operand, views[i] as Prepared['views'][number], (x, y, toX, toY, row) => {
      const size = Math.hypot(
        numberOf(dtype, input[x] as number),
        numberOf(dtype, input[y] as number),
      )
      const turn = Math.hypot(rotation.cos[row] as number, rotation.sin[row] as number)
      allowed[toX] = allowed[toY] = relative * size * turn + absolute
    })
  })
  for (let i = 0; i < answer.length; i++) {
    const got = numberOf(dtype, actual[i] as number)
    const right = numberOf(dtype, answer[i] as number)
    if (Math.abs(got - right) <= (allowed[i] as number)) continue
    return `element ${i} is ${got}; the golden value is ${right}, and ${allowed[i]} the distance allowed`
  }
  return null
}

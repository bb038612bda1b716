/**
 * Threads: a large call is rotated once, all of it and by the time it returns, whoever takes which
 * part. Calls follow each other in place, where a part that is rotated twice, too late or not at
 * all shows in the end. Parts take about a microsecond, so that threads come for their next one
 * close together, and in some of the calls cost more for some tokens than for others.
 */
import type { Rotation } from '../../contract/backend.js'
import { needDType } from '../calls/numbers.js'
import { pause } from '../calls/pause.js'
import { compileClaimed, runKernel } from '../calls/raw.js'
import {
  checkOutside,
  checkWindows,
  turned,
  type WideCall,
  type WideShape,
  wideCall,
  writeWindows,
} from '../calls/wide.js'
import { type ConformanceCase, defineCase, type Trial, unsupported } from '../case.js'
import { seededRandom } from '../memory/random.js'

/** Calls in a row: threads stay awake for them, and four quarter turns make none. */
const CALLS = 65

interface Load {
  readonly shape: WideShape
  /** How many rows of calls. */
  readonly turns: number
}

/**
 * The first three take as little time as megabytes can, by turning a hundredth of them. What two
 * threads do at once need not show there: the last is dense, where one of them falls behind.
 */
const LOADS: Readonly<Record<string, Load>> = {
  'few-tokens': { shape: { tokens: 32, heads: 1, headDim: 32784, pairs: 64 }, turns: 800 },
  'many-tokens': { shape: { tokens: 128, heads: 1, headDim: 16400, pairs: 4 }, turns: 800 },
  'single-pairs': { shape: { tokens: 64, heads: 1, headDim: 16400, pairs: 1 }, turns: 800 },
  dense: { shape: { tokens: 64, heads: 32, headDim: 128, pairs: 64 }, turns: 8 },
}

/** Workers may still be starting: they get a moment after each so many rows of calls. */
const TURNS_BETWEEN = 8
const MILLISECONDS = 2

/** (x, y) to (-y, x) or (y, -x), which rounds nothing, in another way for each pair. */
function quarterTurns({ plan }: WideCall): Rotation {
  const { tokens, pairs } = plan
  const random = seededRandom(11)
  const cos = new Float32Array(tokens * pairs)
  const sin = cos.map(() => (random() < 0.5 ? 1 : -1))
  return { pairs, rows: tokens, batchStride: 0, cos, sin }
}

/**
 * Numbers that are all different within a token; in this share of the tokens so small that they
 * are subnormal, for which many processors take a hundred times as long.
 */
function unevenInput({ sizes }: WideCall, share: number): Float32Array {
  const random = seededRandom(7)
  const width = sizes.heads * sizes.headDim
  const values = new Float32Array(sizes.tokens * width)
  for (let token = 0; token < sizes.tokens; token++) {
    const scale = random() < share ? 2 ** -140 : 1
    for (let i = 0; i < width; i++) values[token * width + i] = (i + 1) * scale
  }
  return values
}

/** Memory that the backend works on where it is. */
function ownMemory({ backend }: Trial): 'allocated' | 'local' {
  return backend.isResident !== undefined && backend.allocate !== undefined ? 'allocated' : 'local'
}

async function runClaims(trial: Trial, { shape, turns }: Load): Promise<void> {
  if (trial.backend.capabilities.threads === 0) unsupported('the backend has no threads')
  needDType(trial, 'float32')
  const call = wideCall(trial, shape, ownMemory(trial))
  const kernel = compileClaimed(trial, call.plan)
  const rotation = quarterTurns(call)
  const loads = [0, 0.1].map((share) => {
    const input = unevenInput(call, share)
    return { input, expected: turned(call, input, rotation) }
  })
  for (let turn = 0; turn < turns; turn++) {
    const { input, expected } = loads[turn % loads.length] as (typeof loads)[number]
    writeWindows(call, input)
    for (let i = 0; i < CALLS; i++) runKernel(trial, kernel, { views: call.views, rotation })
    checkWindows(call, expected, `after ${CALLS} quarter turns`)
    if (turn % TURNS_BETWEEN === 0) await pause(MILLISECONDS)
  }
  checkOutside(call)
}

/** For backends with threads. */
export function threadsCases(): readonly ConformanceCase[] {
  return Object.entries(LOADS).map(([name, load]) =>
    defineCase('contract', `threads/${name}`, (trial) => runClaims(trial, load)),
  )
}

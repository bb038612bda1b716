/**
 * Aliasing: tensors that share a buffer without sharing elements work; tensors that would
 * overwrite one another are refused, and nothing is written.
 */
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import { needDType } from '../calls/numbers.js'
import { type Call, expectRefusal, perform, subjectRope } from '../calls/perform.js'
import { rowError, specifiedRows } from '../calls/specified-rows.js'
import { type ConformanceCase, check, defineCase, type Trial } from '../case.js'
import { judge } from '../judge/accept.js'
import { quickModel } from '../judge/quick-model.js'
import { exactRowsOf } from '../judge/rows.js'
import {
  type Arena,
  checkCanaries,
  checkUnchanged,
  createArena,
  type PlacedTensor,
  putTensor,
  readTensor,
  snapshot,
} from '../memory/arena.js'
import { bitsOf, toNumbers } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import type { Placement } from '../memory/placement.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

type Kind = (typeof KINDS)[number]

const TOKENS = 4
const HEAD_DIM = 8
const POSITION = 11

/** A [1, tokens, heads, headDim] tensor with chosen strides, starting at `origin`. */
function view(heads: number, origin: number, tokenStride: number, headStride: number): Placement {
  const sizes = { batch: 1, tokens: TOKENS, heads, headDim: HEAD_DIM }
  return {
    sizes,
    origin,
    strides: { batch: 0, token: tokenStride, head: headStride, channel: 1 },
    length: 0,
    layout: 'bshd',
    shape: [1, TOKENS, heads, HEAD_DIM],
    shapeStrides: [TOKENS * tokenStride, tokenStride, headStride, 1],
    offset: origin,
  }
}

function configOf(pairing: Kind[0]): RopeConfig {
  return resolveConfig({ headDim: HEAD_DIM, pairing, schedule: { type: 'default', base: 10000 } })
}

/** A tensor with ordinary numbers, which the rotation will replace. */
function putOrdinary(
  arena: Arena,
  placement: Placement,
  seed: number,
): PlacedTensor & { readonly input: Elements } {
  const { tokens, heads, headDim } = placement.sizes
  const input = ordinaryElements(arena.dtype, tokens * heads * headDim, seed)
  return { ...putTensor(arena, placement, input), input }
}

type Shared = ReturnType<typeof putOrdinary>

async function judgeShared(
  trial: Trial,
  config: RopeConfig,
  dtype: DType,
  call: Call,
  tensors: readonly (readonly [string, Shared, PlacedTensor])[],
): Promise<void> {
  const positions = Array.from({ length: TOKENS }, (_, token) => POSITION + token)
  const exact = exactRowsOf(config, [positions])
  const rows = await specifiedRows(config, call, dtype, exact)
  const rope = await subjectRope(trial, config)
  await perform(rope, trial.backend.device, call)
  rope.dispose()
  for (const [name, { input, placement }, target] of tensors) {
    const { sizes } = placement
    judge(trial, {
      name,
      dtype,
      sizes,
      window: config,
      input,
      actual: readTensor(target),
      model: quickModel(input, dtype, sizes, config, rows, 1),
      truth: quickModel(toNumbers(dtype, input), 'float64', sizes, config, exact, 1),
      rows: exact,
      rowError: rowError(config, dtype),
    })
    checkCanaries(target.arena)
  }
}

function callWith(tensors: RotateTensors): Call {
  return { via: 'direct', tensors, positions: POSITION }
}

type Body = (trial: Trial, kind: Kind, seed: number) => Promise<void>

/** q, k and v of every token side by side, as a fused projection leaves them; v is all canary. */
const packedQkv: Body = async (trial, [pairing, dtype], seed) => {
  const perToken = (4 + 2 + 2) * HEAD_DIM
  const arena = createArena(trial.backend, dtype, TOKENS * perToken, seed)
  const q = putOrdinary(arena, view(4, 0, perToken, HEAD_DIM), seed + 1)
  const k = putOrdinary(arena, view(2, 4 * HEAD_DIM, perToken, HEAD_DIM), seed + 2)
  const call = callWith({ q: q.tensor, k: k.tensor })
  await judgeShared(trial, configOf(pairing), dtype, call, [
    ['q', q, q],
    ['k', k, k],
  ])
}

/** Heads of q and k alternate, as grouped layouts leave them. */
const alternatingHeads: Body = async (trial, [pairing, dtype], seed) => {
  const perToken = 3 * 2 * HEAD_DIM
  const arena = createArena(trial.backend, dtype, TOKENS * perToken, seed)
  const q = putOrdinary(arena, view(3, 0, perToken, 2 * HEAD_DIM), seed + 1)
  const k = putOrdinary(arena, view(3, HEAD_DIM, perToken, 2 * HEAD_DIM), seed + 2)
  const call = callWith({ q: q.tensor, k: k.tensor })
  await judgeShared(trial, configOf(pairing), dtype, call, [
    ['q', q, q],
    ['k', k, k],
  ])
}

/** Out of place within one buffer, from its first half to its second. */
const withinBuffer: Body = async (trial, [pairing, dtype], seed) => {
  const perToken = 2 * HEAD_DIM
  const size = TOKENS * perToken
  const arena = createArena(trial.backend, dtype, 2 * size, seed)
  const q = putOrdinary(arena, view(2, 0, perToken, HEAD_DIM), seed + 1)
  const out = putTensor(arena, view(2, size, perToken, HEAD_DIM), null)
  const call = callWith({ q: q.tensor, out: { q: out.tensor } })
  await judgeShared(trial, configOf(pairing), dtype, call, [['q', q, out]])
  const now = bitsOf(readTensor(q))
  const then = bitsOf(q.input)
  now.forEach((bits: number | bigint, i: number) => {
    check(bits === then[i], () => `the input was written at element ${i}`)
  })
}

/** `out` may be the very same view: that is in place, said in another way. */
const outIsInput: Body = async (trial, [pairing, dtype], seed) => {
  const arena = createArena(trial.backend, dtype, TOKENS * 2 * HEAD_DIM, seed)
  const q = putOrdinary(arena, view(2, 0, 2 * HEAD_DIM, HEAD_DIM), seed + 1)
  const call = callWith({ q: q.tensor, out: { q: { ...q.tensor } } })
  await judgeShared(trial, configOf(pairing), dtype, call, [['q', q, q]])
}

const WORKING: Readonly<Record<string, Body>> = {
  'packed-qkv': packedQkv,
  'alternating-heads': alternatingHeads,
  'within-buffer': withinBuffer,
  'out-is-input': outIsInput,
}

/** Tensors that meet, each as [q, k or null, out of q or null]. */
const OVERLAPS: Readonly<Record<string, readonly [Placement, Placement | null, Placement | null]>> =
  {
    'q-is-k': [view(2, 0, 16, 8), view(2, 0, 16, 8), null],
    'q-overlaps-k': [view(2, 0, 16, 8), view(2, 24, 16, 8), null],
    'q-shares-heads-with-k': [view(3, 0, 40, 8), view(3, 16, 40, 8), null],
    'out-one-element-later': [view(2, 0, 16, 8), null, view(2, 1, 16, 8)],
    'out-one-token-later': [view(2, 0, 16, 8), null, view(2, 16, 16, 8)],
    'out-reversed-onto-input': [view(2, 0, 16, 8), null, view(2, 48, -16, 8)],
    'tokens-on-one-another': [view(2, 0, 0, 8), null, null],
    'heads-on-one-another': [view(2, 0, 16, 4), null, null],
  }

async function runOverlap(
  trial: Trial,
  [pairing, dtype]: Kind,
  name: string,
  seed: number,
): Promise<void> {
  needDType(trial, dtype)
  const [q, k, out] = OVERLAPS[name] ?? []
  const arena = createArena(trial.backend, dtype, 256, seed)
  const put = (placement: Placement): PlacedTensor['tensor'] =>
    putTensor(arena, placement, null).tensor
  const tensors: RotateTensors = {
    ...(q == null ? {} : { q: put(q) }),
    ...(k == null ? {} : { k: put(k) }),
    ...(out == null ? {} : { out: { q: put(out) } }),
  }
  const before = snapshot(arena)
  const rope = await subjectRope(trial, configOf(pairing))
  await expectRefusal(['ALIASING'], () => perform(rope, trial.backend.device, callWith(tensors)))
  rope.dispose()
  checkUnchanged(arena, before, 'refused memory')
}

/** What may share memory, and what may not. */
export function aliasingCases(): readonly ConformanceCase[] {
  return KINDS.flatMap((kind) => {
    const suffix = kind.join('/')
    return [
      ...Object.entries(WORKING).map(([name, body]) => {
        const id = `aliasing/${name}/${suffix}`
        return defineCase('contract', id, async (trial) => {
          needDType(trial, kind[1])
          await body(trial, kind, seedOf(id))
        })
      }),
      ...(kind[0] === 'half' ? Object.keys(OVERLAPS) : []).map((name) => {
        const id = `aliasing/refuses/${name}/${suffix}`
        return defineCase('contract', id, (trial) => runOverlap(trial, kind, name, seedOf(id)))
      }),
    ]
  })
}

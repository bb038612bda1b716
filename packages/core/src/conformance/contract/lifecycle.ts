/**
 * Over time: kernels and ropes are used again and again, in turns, with what was given at the
 * time; and after dispose they say so.
 */

import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { Kernel } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import { needDType } from '../calls/numbers.js'
import { expectRefusal, perform, subjectRope } from '../calls/perform.js'
import {
  compileClaimed,
  judgeCall,
  prepare,
  RAW_CONTROL,
  type RawCall,
  runKernel,
} from '../calls/raw.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import { checkUnchanged, createArena, snapshot } from '../memory/arena.js'
import { bitsOf, copyElements } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

const HEAD_DIM = 16
const TOKENS = 3
const HEADS = 2

interface Setting {
  readonly trial: Trial
  readonly pairing: PairingName
  readonly dtype: DType
  readonly config: RopeConfig
  readonly input: Elements
}

function tensorOf({ dtype }: Setting, data: Elements): Tensor {
  return { data, dtype, shape: [1, TOKENS, HEADS, HEAD_DIM], layout: 'bshd' }
}

function sameBits(a: Elements, b: Elements): boolean {
  const left = bitsOf(a)
  const right = bitsOf(b)
  return (
    left.length === right.length &&
    left.every((bits: number | bigint, i: number) => bits === right[i])
  )
}

/** The input rotated by a rope of its own: what every other way to get there must give. */
async function rotated(setting: Setting, positions: Positions): Promise<Elements> {
  const { trial, config, input } = setting
  const data = copyElements(input)
  const rope = await subjectRope(trial, config)
  await perform(rope, trial.backend.device, {
    via: 'direct',
    tensors: { q: tensorOf(setting, data) },
    positions,
  })
  rope.dispose()
  return data
}

type Body = (setting: Setting) => Promise<void>

/** One rope, many calls: each depends on its own input and positions only. */
const repeatedCalls: Body = async (setting) => {
  const { trial, config, input } = setting
  const rope = await subjectRope(trial, config)
  for (const positions of [3, 4, 3, [5, 1, 9], 3, 131071, 0, 3]) {
    const data = copyElements(input)
    const tensors = { q: tensorOf(setting, data) }
    await perform(rope, trial.backend.device, { via: 'direct', tensors, positions })
    const fresh = await rotated(setting, positions)
    check(
      sameBits(data, fresh),
      () => `a rope in use gives other bits than a new one, at ${positions}`,
    )
  }
  rope.dispose()
}

/** One rope, tensors of many shapes in turn. */
const changingShapes: Body = async (setting) => {
  const { trial, config, dtype, pairing } = setting
  const rope = await subjectRope(trial, config)
  for (const tokens of [1, 5, 2, 1, 5]) {
    const data = ordinaryElements(dtype, tokens * HEADS * HEAD_DIM, tokens)
    const alone = copyElements(data)
    const tensor = (own: Elements): Tensor => ({
      ...tensorOf(setting, own),
      shape: [1, tokens, HEADS, HEAD_DIM],
    })
    await perform(rope, trial.backend.device, {
      via: 'direct',
      tensors: { q: tensor(data) },
      positions: 7,
    })
    const other = await subjectRope(trial, config)
    await perform(other, trial.backend.device, {
      via: 'direct',
      tensors: { q: tensor(alone) },
      positions: 7,
    })
    other.dispose()
    check(
      sameBits(data, alone),
      () => `${tokens} tokens after others differ from ${tokens} alone (${pairing})`,
    )
  }
  rope.dispose()
}

/** at(): the tables of one step serve every layer, and are those of the moment at() was called. */
const stepServesLayers: Body = async (setting) => {
  const { trial, config, input } = setting
  const expected = await rotated(setting, [5, 900, -2])
  const rope = await subjectRope(trial, config)
  const positions = Float64Array.of(5, 900, -2)
  const step = rope.at(positions)
  positions.fill(77)
  for (let layer = 0; layer < 3; layer++) {
    const data = copyElements(input)
    const tensors = { q: tensorOf(setting, data) }
    if (trial.backend.device === 'cpu') step.rotate(tensors)
    else await step.rotateAsync(tensors)
    check(sameBits(data, expected), () => `layer ${layer} of a step differs from a direct call`)
  }
  rope.dispose()
}

/** Two steps in turn do not disturb each other. */
const stepsInTurn: Body = async (setting) => {
  const { trial, config, input } = setting
  const rope = await subjectRope(trial, config)
  const steps = [10, 2000].map((position) => ({ position, step: rope.at(position) }))
  for (const { position, step } of [...steps, ...steps]) {
    const data = copyElements(input)
    await step.rotateAsync({ q: tensorOf(setting, data) })
    check(
      sameBits(data, await rotated(setting, position)),
      () => `the step at ${position} was disturbed`,
    )
  }
  rope.dispose()
}

/** A decode loop on bound memory: every step is that of a direct call. */
const boundLoop: Body = async (setting) => {
  const { trial, config, input } = setting
  if (trial.backend.device === 'gpu') unsupported('bind is for CPU backends')
  const rope = await subjectRope(trial, config)
  const data = copyElements(input)
  const bound = rope.bind({ q: tensorOf(setting, data) })
  for (const position of [0, 1, 2, 131071, -5, 0.5, 1]) {
    const expected = await rotated(setting, position)
    data.set(input)
    bound.rotate(position)
    check(sameBits(data, expected), () => `the bound call at ${position} differs from a direct one`)
  }
  rope.dispose()
}

/** Positions of a decode loop: within a block of 64, over its edges, far, negative, in between. */
const STEPS = [0, 1, 63, 64, 65, 4095, 4096, 64, 131071, 2 ** 31, -1, -64, -65, 0.5, 7, 7]

/**
 * One token of q and of k, in memory of the backend's own where it has any: the kernel may then
 * make the row of cos and sin by itself, attention factor included.
 */
const boundStep: Body = async (setting) => {
  const { trial, config, dtype } = setting
  if (trial.backend.device === 'gpu') unsupported('bind is for CPU backends')
  const inverseFrequencies = Array.from({ length: config.rotaryDim / 2 }, (_, i) => 0.37 ** i)
  const schedule = { type: 'custom', inverseFrequencies, attentionFactor: 1.1 } as const
  const rope = await subjectRope(trial, resolveConfig({ ...config, schedule }))
  const tensors = { q: ownToken(setting, HEADS), k: ownToken(setting, 1) }
  const bound = rope.bind(tensors)
  for (const position of STEPS) {
    const direct = { q: localToken(setting, HEADS), k: localToken(setting, 1) }
    rope.at(position).rotate(direct)
    for (const tensor of [tensors.q, tensors.k]) fillToken(setting, tensor)
    bound.rotate(position)
    check(
      sameBits(tensors.q.data, direct.q.data) && sameBits(tensors.k.data, direct.k.data),
      () => `the bound ${dtype} step at ${position} differs from a direct call`,
    )
  }
  rope.dispose()
}

type Token = Tensor & { readonly data: Elements }

function fillToken({ input }: Setting, { data }: Token): void {
  data.set(input.subarray(0, data.length))
}

function tokenOf(setting: Setting, data: Elements, heads: number): Token {
  const shape = [1, 1, heads, HEAD_DIM]
  const token: Token = { data, dtype: setting.dtype, shape, layout: 'bshd' }
  fillToken(setting, token)
  return token
}

function localToken(setting: Setting, heads: number): Token {
  return tokenOf(setting, copyElements(setting.input).subarray(0, heads * HEAD_DIM), heads)
}

function ownToken(setting: Setting, heads: number): Token {
  const { trial, dtype } = setting
  const own = trial.backend.allocate?.(dtype, heads * HEAD_DIM)
  return own === undefined ? localToken(setting, heads) : tokenOf(setting, own, heads)
}

/** Positions belong to the caller. */
const positionsUntouched: Body = async (setting) => {
  const { trial, config, input } = setting
  const positions = Float64Array.of(3, 1.5, -7)
  const rope = await subjectRope(trial, config)
  const q = tensorOf(setting, copyElements(input))
  await perform(rope, trial.backend.device, { via: 'direct', tensors: { q }, positions })
  rope.dispose()
  check(positions.join() === '3,1.5,-7', () => `the positions were changed to ${positions.join()}`)
}

/** The layout of the rope is that of tensors that state none, and of no others. */
const defaultLayout: Body = async (setting) => {
  const { trial, config, input } = setting
  const rope = await subjectRope(trial, config, 'bhsd')
  const expected = await rotated(setting, 6)
  const { layout: _, ...unstated } = tensorOf(setting, copyElements(input))
  // One head per token makes [batch, heads, tokens, headDim] of the same memory.
  const shape = [1, 1, TOKENS * HEADS, HEAD_DIM]
  const positions = Array.from({ length: TOKENS * HEADS }, (_, i) => 6 + Math.floor(i / HEADS))
  const stated = tensorOf(setting, copyElements(input))
  const { device } = trial.backend
  const q = { ...unstated, shape }
  await perform(rope, device, { via: 'direct', tensors: { q }, positions })
  await perform(rope, device, { via: 'direct', tensors: { q: stated }, positions: 6 })
  rope.dispose()
  check(sameBits(q.data as Elements, expected), () => 'the layout of the rope was not used')
  check(sameBits(stated.data as Elements, expected), () => 'the layout of the tensor was not used')
}

/** After dispose a rope refuses; the backend goes on serving others. */
const ropeDispose: Body = async (setting) => {
  const { trial, config, dtype, input } = setting
  const arena = createArena(trial.backend, dtype, input.length, 3)
  arena.data.set(input)
  const before = snapshot(arena)
  const rope = await subjectRope(trial, config)
  const step = rope.at(3)
  rope.dispose()
  rope.dispose()
  const tensors = { q: tensorOf(setting, arena.data) }
  const call = { via: 'direct', tensors, positions: 3 } as const
  await expectRefusal(['DISPOSED'], () => perform(rope, trial.backend.device, call))
  await expectRefusal(['DISPOSED'], () => step.rotateAsync(tensors))
  checkUnchanged(arena, before, 'memory given to a disposed rope')
  check(
    (await rotated(setting, 3)).length === input.length,
    () => 'a new rope does not work any more',
  )
}

const ROPE_CASES: Readonly<Record<string, Body>> = {
  'repeated-calls': repeatedCalls,
  'changing-shapes': changingShapes,
  'step-serves-layers': stepServesLayers,
  'steps-in-turn': stepsInTurn,
  'bound-loop': boundLoop,
  'bound-step': boundStep,
  'positions-untouched': positionsUntouched,
  'default-layout': defaultLayout,
  'rope-dispose': ropeDispose,
}

function control(pairing: PairingName, dtype: DType, change: Partial<RawCall>): RawCall {
  return { ...RAW_CONTROL, pairing, dtype, seed: 1, ...change }
}

/** Two kernels compiled one after the other and run in turns. */
async function kernelsInTurn(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const other: PairingName = pairing === 'half' ? 'interleaved' : 'half'
  const first = control(pairing, dtype, { seed: 11, heads: [3, 1] })
  const second = control(other, dtype, {
    seed: 12,
    tokens: 5,
    direction: -1,
    windowOffset: 4,
    pairs: 3,
  })
  const calls = [first, second, first, second]
  const kernels = new Map(
    [first, second].map((call) => [call, compileClaimed(trial, prepare(trial, call).plan)]),
  )
  for (const call of calls) {
    const prepared = prepare(trial, call)
    await runKernel(trial, kernels.get(call) as Kernel, prepared)
    judgeCall(trial, call, prepared)
  }
}

/** One kernel on other memory, at other offsets and with other rows each time. */
async function kernelAgain(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const call = control(pairing, dtype, { heads: [2, 2] })
  const kernel = compileClaimed(trial, prepare(trial, call).plan)
  for (const seed of [21, 22, 23]) {
    const again = { ...call, seed }
    const prepared = prepare(trial, { ...again, spacing: seed === 22 ? 'offset' : 'dense' })
    await runKernel(trial, kernel, prepared)
    judgeCall(trial, again, prepared)
  }
}

/** A backend that was disposed of says so, and so do its kernels. */
async function backendDispose(trial: Trial): Promise<void> {
  const { createBackend } = trial.subject
  if (createBackend === undefined) unsupported('the subject gives no second backend to dispose of')
  const backend = await createBackend()
  const own: Trial = { ...trial, backend }
  const [dtype] = backend.capabilities.dtypes
  if (dtype === undefined) unsupported('the backend claims no dtype')
  const prepared = prepare(own, control('half', dtype, {}))
  const { plan, views, rotation, operands } = prepared
  const kernel = backend.compile(plan)
  const before = operands.map(({ source }) => snapshot(source.arena))
  backend.dispose()
  backend.dispose()
  await expectRefusal(['DISPOSED'], () => kernel.run({ views, rotation }))
  await expectRefusal(['DISPOSED'], () => backend.compile(plan))
  operands.forEach(({ source }, i) => {
    checkUnchanged(source.arena, before[i] as Elements, 'memory given to a disposed kernel')
  })
}

/** Repetition, turns and ends. */
export function lifecycleCases(): readonly ConformanceCase[] {
  return [
    ...KINDS.flatMap(([pairing, dtype]) => [
      ...Object.entries(ROPE_CASES).map(([name, body]) => {
        const id = `lifecycle/${name}/${pairing}/${dtype}`
        return defineCase('contract', id, async (trial) => {
          needDType(trial, dtype)
          const config = resolveConfig({
            headDim: HEAD_DIM,
            pairing,
            schedule: { type: 'default', base: 10000 },
          })
          const input = ordinaryElements(dtype, TOKENS * HEADS * HEAD_DIM, seedOf(id))
          await body({ trial, pairing, dtype, config, input })
        })
      }),
      defineCase('contract', `lifecycle/kernels-in-turn/${pairing}/${dtype}`, (trial) =>
        kernelsInTurn(trial, pairing, dtype),
      ),
      defineCase('contract', `lifecycle/kernel-again/${pairing}/${dtype}`, (trial) =>
        kernelAgain(trial, pairing, dtype),
      ),
    ]),
    defineCase('contract', 'lifecycle/backend-dispose', backendDispose),
  ]
}

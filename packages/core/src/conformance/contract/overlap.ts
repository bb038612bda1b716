/**
 * Calls that overlap: several are started before the first is awaited, each with memory and
 * positions of its own. Whether they run side by side or wait for each other is the subject's
 * affair; each must come out as if it had been alone, and be written when its promise resolves.
 */

import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { Kernel, View } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import type { Rope } from '../../rope/rope.js'
import { needDType } from '../calls/numbers.js'
import { perform, subjectRope } from '../calls/perform.js'
import { compileClaimed, judgeCall, prepare, RAW_CONTROL, type RawCall } from '../calls/raw.js'
import {
  checkOutside,
  checkWindows,
  largeShape,
  turned,
  type WideCall,
  wideCall,
  wideRows,
  writeWindows,
} from '../calls/wide.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import type { Origin } from '../memory/arena.js'
import { bitsOf, copyElements, createElements } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

const HEADS = 2
const HEAD_DIM = 16

interface Setting {
  readonly trial: Trial
  readonly dtype: DType
  readonly config: RopeConfig
  readonly seed: number
}

/** One call among several: its size, its way and its place. */
interface Shape {
  readonly tokens: number
  readonly inverse?: boolean
  readonly out?: boolean
}

/** Memory of one call, and where its result will be. */
interface Started {
  readonly tensors: RotateTensors
  readonly result: Elements
}

function makeTensors(
  { dtype }: Setting,
  { tokens, inverse = false, out = false }: Shape,
  seed: number,
): Started {
  const data = ordinaryElements(dtype, tokens * HEADS * HEAD_DIM, seed)
  const tensorOf = (own: Elements): Tensor => ({
    data: own,
    dtype,
    shape: [1, tokens, HEADS, HEAD_DIM],
    layout: 'bshd',
  })
  const result = out ? createElements(dtype, data.length) : data
  const q = tensorOf(data)
  return { tensors: { q, inverse, ...(out ? { out: { q: tensorOf(result) } } : {}) }, result }
}

/** The same call by a rope of its own, with nothing else on its way. */
async function alone(
  setting: Setting,
  config: RopeConfig,
  shape: Shape,
  seed: number,
  positions: Positions,
): Promise<Elements> {
  const { tensors, result } = makeTensors(setting, shape, seed)
  const rope = await subjectRope(setting.trial, config)
  await perform(rope, setting.trial.backend.device, { via: 'direct', tensors, positions })
  rope.dispose()
  return copyElements(result)
}

function checkSame(actual: Elements, expected: Elements, what: string): void {
  const left = bitsOf(actual)
  const right = bitsOf(expected)
  const at = left.findIndex((bits: number | bigint, i: number) => bits !== right[i])
  check(at === -1, () => `${what} differs from the same call made alone, at element ${at}`)
}

/** How a call among others is started. */
interface Member {
  readonly start: (tensors: RotateTensors) => void | Promise<void>
  readonly config: RopeConfig
  readonly positions: Positions
  readonly shape: Shape
}

/** Starts all, then waits for each in turn and looks at its result at that very moment. */
async function runMembers(setting: Setting, members: readonly Member[]): Promise<void> {
  const { seed } = setting
  const expected: Elements[] = []
  for (const [i, { config, shape, positions }] of members.entries()) {
    expected.push(await alone(setting, config, shape, seed + i, positions))
  }
  const calls = members.map(({ shape }, i) => makeTensors(setting, shape, seed + i))
  await Promise.all(
    members.map(async ({ start }, i) => {
      const { tensors, result } = calls[i] as Started
      await start(tensors)
      checkSame(result, expected[i] as Elements, `call ${i + 1} of ${members.length}`)
    }),
  )
}

const POSITIONS: readonly Positions[] = [3, 4095, 3, [7, 1, -9], -3, 131071, [0, 5, 5], 3]
const SHAPE: Shape = { tokens: 3 }

type Body = (setting: Setting) => Promise<void>

/** One rope at other positions each time. */
const oneRope: Body = async (setting) => {
  const { trial, config } = setting
  const rope = await subjectRope(trial, config)
  await runMembers(
    setting,
    POSITIONS.map((positions) => ({
      start: (tensors) => rope.rotateAsync({ ...tensors, positions }),
      config,
      positions,
      shape: SHAPE,
    })),
  )
  rope.dispose()
}

/** One step for several tensors, and others in between. */
const steps: Body = async (setting) => {
  const { trial, config } = setting
  const rope = await subjectRope(trial, config)
  const made = [5, 900, -2].map((positions) => ({ positions, step: rope.at(positions) }))
  const [first, second, third] = made as [(typeof made)[0], (typeof made)[0], (typeof made)[0]]
  await runMembers(
    setting,
    [first, first, second, first, third, second].map(({ step, positions }) => ({
      start: (tensors) => step.rotateAsync(tensors),
      config,
      positions,
      shape: SHAPE,
    })),
  )
  rope.dispose()
}

/** Calls that differ in size, direction and target: several kernels at once. */
const shapes: Body = async (setting) => {
  const { trial, config } = setting
  const rope = await subjectRope(trial, config)
  const list: readonly Shape[] = [
    { tokens: 1 },
    { tokens: 5, out: true },
    { tokens: 1, inverse: true },
    { tokens: 5 },
    { tokens: 1 },
    { tokens: 5, out: true, inverse: true },
    { tokens: 40 },
    { tokens: 5, out: true },
  ]
  await runMembers(
    setting,
    list.map((shape, i) => ({
      start: (tensors) => rope.rotateAsync({ ...tensors, positions: 10 * i }),
      config,
      positions: 10 * i,
      shape,
    })),
  )
  rope.dispose()
}

/** Two ropes of one backend. */
const ropes: Body = async (setting) => {
  const { trial, config } = setting
  const other = resolveConfig({ ...config, schedule: { type: 'default', base: 500 } })
  const made: (readonly [Rope, RopeConfig])[] = []
  for (const one of [config, other]) made.push([await subjectRope(trial, one), one])
  await runMembers(
    setting,
    [...made, ...made].map(([rope, own], i) => ({
      start: (tensors) => rope.rotateAsync({ ...tensors, positions: 70 + i }),
      config: own,
      positions: 70 + i,
      shape: SHAPE,
    })),
  )
  for (const [rope] of made) rope.dispose()
}

/** Synchronous calls while others are on their way; on a GPU all of them wait. */
const betweenSynchronous: Body = async (setting) => {
  const { trial, config } = setting
  if (trial.backend.device === 'gpu') unsupported('rotate is for CPU backends')
  const rope = await subjectRope(trial, config)
  await runMembers(
    setting,
    POSITIONS.map((positions, i) => ({
      start: (tensors) =>
        i % 2 === 0
          ? rope.rotateAsync({ ...tensors, positions })
          : rope.rotate({ ...tensors, positions }),
      config,
      positions,
      shape: SHAPE,
    })),
  )
  rope.dispose()
}

const BODIES: Readonly<Record<string, Body>> = {
  'one-rope': oneRope,
  steps,
  shapes,
  ropes,
  'between-synchronous': betweenSynchronous,
}

function ropeCase(name: string, body: Body, pairing: PairingName, dtype: DType): ConformanceCase {
  const id = `overlap/${name}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const config = resolveConfig({
      headDim: HEAD_DIM,
      pairing,
      schedule: { type: 'default', base: 10000 },
    })
    await body({ trial, dtype, config, seed: seedOf(id) })
  })
}

type RunAsync = NonNullable<Kernel['runAsync']>

function asyncKernel(trial: Trial, plan: RawPlan): RunAsync {
  const kernel = compileClaimed(trial, plan)
  const { runAsync } = kernel
  if (runAsync === undefined) unsupported('the kernel has no runAsync')
  return (call) => runAsync.call(kernel, call)
}

type RawPlan = Parameters<typeof compileClaimed>[1]

/** One kernel, with rows and batch strides of their own for each call. */
async function oneKernel(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const call: RawCall = {
    ...RAW_CONTROL,
    ...{ dtype, pairing, seed: 1, batch: 2, heads: [2, 1], inPlace: false },
  }
  const runAsync = asyncKernel(trial, prepare(trial, call).plan)
  const calls = [0, 2, 4, 0].map((batchStride, seed) => ({ ...call, batchStride, seed }))
  const prepared = calls.map((one) => prepare(trial, one))
  await Promise.all(
    prepared.map(async (one, i) => {
      await runAsync(one)
      judgeCall(trial, calls[i] as RawCall, one)
    }),
  )
}

/** Large calls of one kernel, which take their time: by threads, or in slices. */
async function runLarge(trial: Trial, origin: Origin, seed: number): Promise<void> {
  needDType(trial, 'float32')
  const { capabilities } = trial.backend
  if (origin === 'shared' && !capabilities.sharedMemory) unsupported('no shared memory')
  const shape = largeShape(trial.backend)
  const first = wideCall(trial, shape, origin)
  const runAsync = asyncKernel(trial, first.plan)
  const calls: readonly WideCall[] = [first, wideCall(trial, shape, origin)]
  const rows = calls.map((call, i) => wideRows(call, seed + i))
  const inputs = calls.map(({ sizes }, i) => {
    const values = ordinaryElements('float32', sizes.tokens * sizes.headDim, seed + 9 + i)
    return values as Float32Array
  })
  calls.forEach((call, i) => writeWindows(call, inputs[i] as Float32Array))
  await Promise.all(
    calls.map(async (call, i) => {
      const views: readonly View[] = call.views
      const rotation = rows[i] as (typeof rows)[number]
      await runAsync({ views, rotation })
      checkWindows(call, turned(call, inputs[i] as Float32Array, rotation), `call ${i + 1}`)
    }),
  )
  calls.forEach(checkOutside)
}

const ORIGINS: readonly Origin[] = ['local', 'shared', 'allocated']

/** Calls of ropes, and of kernels that have calls to overlap. */
export function overlapCases(): readonly ConformanceCase[] {
  return [
    ...KINDS.flatMap(([pairing, dtype]) => [
      ...Object.entries(BODIES).map(([name, body]) => ropeCase(name, body, pairing, dtype)),
      defineCase('contract', `overlap/one-kernel/${pairing}/${dtype}`, (trial) =>
        oneKernel(trial, pairing, dtype),
      ),
    ]),
    ...ORIGINS.map((origin) => {
      const id = `overlap/large/${origin}`
      return defineCase('contract', id, (trial) => runLarge(trial, origin, seedOf(id)))
    }),
  ]
}

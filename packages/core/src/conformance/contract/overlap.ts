/**
 * Calls that overlap: several are started before the first is awaited, each with memory and
 * positions of its own. Whether they run side by side or wait for each other is the subject's
 * affair; each must come out as if it had been alone, and be written when its promise resolves.
 */

import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { Kernel } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import type { Rope } from '../../rope/rope.js'
import { needDType } from '../calls/numbers.js'
import { settled } from '../calls/pause.js'
import { perform, subjectRope } from '../calls/perform.js'
import { compileClaimed, judgeCall, prepare, RAW_CONTROL, type RawCall } from '../calls/raw.js'
import {
  checkOutside,
  checkWindows,
  largeShape,
  turned,
  type WideShape,
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

/** Waits for all of several calls, each of which looks at its result; one may have been lost. */
async function finishAll<Call>(
  calls: readonly Call[],
  make: (call: Call, what: string) => Promise<void>,
): Promise<void> {
  const name = (i: number): string => `call ${i + 1} of ${calls.length}`
  const pending = calls.map((call, i) => make(call, name(i)))
  const endings = await Promise.all(pending.map(settled))
  endings.forEach((ending, i) => {
    check(ending !== 'pending', () => `${name(i)} never settles`)
    if (ending !== 'resolved') throw ending.error
  })
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
  const calls: (Started & Pick<Member, 'start'> & { readonly expected: Elements })[] = []
  for (const [i, { start, config, shape, positions }] of members.entries()) {
    const expected = await alone(setting, config, shape, seed + i, positions)
    calls.push({ ...makeTensors(setting, shape, seed + i), start, expected })
  }
  await finishAll(calls, async ({ start, tensors, result, expected }, what) => {
    await start(tensors)
    checkSame(result, expected, what)
  })
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

function runAsyncOf(kernel: Kernel): RunAsync {
  const { runAsync } = kernel
  if (runAsync === undefined) unsupported('the kernel has no runAsync')
  return (call) => runAsync.call(kernel, call)
}

/** One kernel, with rows and batch strides of their own for each call. */
async function oneKernel(trial: Trial, pairing: PairingName, dtype: DType): Promise<void> {
  needDType(trial, dtype)
  const call: RawCall = {
    ...RAW_CONTROL,
    ...{ dtype, pairing, seed: 1, batch: 2, heads: [2, 1], inPlace: false },
  }
  const runAsync = runAsyncOf(compileClaimed(trial, prepare(trial, call).plan))
  const calls = [0, 2, 4, 0].map((batchStride, seed) => ({ ...call, batchStride, seed }))
  const made = calls.map((one) => ({ one, prepared: prepare(trial, one) }))
  await finishAll(made, async ({ one, prepared }) => {
    await runAsync(prepared)
    judgeCall(trial, one, prepared)
  })
}

/** A large call: how it begins, and its size. */
interface LargeCall {
  readonly way: 'run' | 'runAsync'
  readonly shape: WideShape
}

type LargeCalls = (large: WideShape) => readonly LargeCall[]

/** Large, and done in no time. */
const BRIEF: WideShape = { tokens: 32, heads: 1, headDim: 32784, pairs: 8 }

/** Large calls, which begin one after the other before any is awaited. */
const LARGE: Readonly<Record<string, LargeCalls>> = {
  large: (shape) => Array<LargeCall>(2).fill({ way: 'runAsync', shape }),
  // The brief one comes and goes while all threads are at the first, and nobody at the next.
  'large-and-brief': (shape) => {
    const long: LargeCall = { way: 'runAsync', shape: { ...shape, pairs: shape.headDim / 8 } }
    return [long, long, long, { way: 'run', shape: BRIEF }, long]
  },
}

/** Large calls, each by a kernel of its shape, which take their time: by threads, or in slices. */
async function runLarge(
  trial: Trial,
  largeCalls: LargeCalls,
  origin: Origin,
  seed: number,
): Promise<void> {
  needDType(trial, 'float32')
  const { backend } = trial
  if (origin === 'shared' && !backend.capabilities.sharedMemory) unsupported('no shared memory')
  const kernels = new Map<WideShape, Kernel>()
  const members = largeCalls(largeShape(backend)).map(({ way, shape }, i) => {
    const call = wideCall(trial, shape, origin)
    const kernel = kernels.get(shape) ?? compileClaimed(trial, call.plan)
    kernels.set(shape, kernel)
    const start = way === 'run' ? kernel.run.bind(kernel) : runAsyncOf(kernel)
    const { sizes, views } = call
    const values = ordinaryElements('float32', sizes.tokens * sizes.headDim, seed + 9 + i)
    return { call, start, views, input: values as Float32Array, rotation: wideRows(call, seed + i) }
  })
  for (const { call, input } of members) writeWindows(call, input)
  await finishAll(members, async ({ call, start, views, input, rotation }, what) => {
    const pending = start({ views, rotation })
    if (pending !== undefined) await pending
    checkWindows(call, turned(call, input, rotation), what)
  })
  for (const { call } of members) checkOutside(call)
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
    ...Object.entries(LARGE).flatMap(([name, calls]) =>
      ORIGINS.map((origin) => {
        const id = `overlap/${name}/${origin}`
        return defineCase('contract', id, (trial) => runLarge(trial, calls, origin, seedOf(id)))
      }),
    ),
  ]
}

/**
 * Scenarios: one call of the public API as data, and the function that makes the call and judges
 * it. Values cases are nothing but scenarios.
 */
import { type AngleMode, type AxesOptions, type RopeConfig, resolveConfig } from '../config.js'
import type { DType } from '../dtype.js'
import type { PairingName } from '../layout/pairing.js'
import type { Layout } from '../layout/tensor.js'
import type { RotateTensors } from '../plan.js'
import type { LogicalSizes } from '../reference/logical-tensor.js'
import { modelRotate } from '../reference/model.js'
import { createRope } from '../rope.js'
import type { ScheduleOptions } from '../schedule/schedule.js'
import { judge, ROW_ERROR } from './accept.js'
import {
  checkCanaries,
  checkUnchanged,
  createArena,
  type Origin,
  type PlacedTensor,
  putTensor,
  readTensor,
  snapshot,
} from './arena.js'
import { check, type Trial, unsupported } from './case.js'
import { copyElements, toNumbers } from './elements.js'
import { exactRowsOf, type Rows } from './exact-rows.js'
import { ordinaryElements } from './inputs.js'
import { type Call, expectRefusal, perform, subjectRope, type Via } from './perform.js'
import { placeTensor, type Spacing } from './placement.js'
import { type PositionForm, type PositionFormName, positionForm } from './position-forms.js'
import { createRecorder } from './recorder.js'

/** A call, as data. */
export interface Scenario {
  readonly pairing: PairingName
  readonly dtype: DType
  readonly layout: Layout
  readonly batch: number
  readonly tokens: number
  /** Head counts; null leaves the tensor out. */
  readonly heads: { readonly q: number | null; readonly k: number | null }
  readonly headDim: number
  readonly rotaryDim: number
  readonly windowOffset: number
  readonly schedule: 'default' | 'linear' | 'custom'
  readonly angles: AngleMode
  readonly axes: 'single' | 'one-hot' | 'dense'
  /** A form by name, or the position of the first token. */
  readonly positions: PositionFormName | number
  readonly inverse: boolean
  /** `out` writes elsewhere in the same arrangement; `out-bhsd` in another one. */
  readonly target: 'in-place' | 'out' | 'out-bhsd'
  readonly spacing: Spacing
  readonly origin: Origin
  readonly float16Array: boolean
  readonly via: Via
}

/** An operand of a call: what went in, and where it is. */
interface Operand {
  readonly name: 'q' | 'k'
  readonly source: PlacedTensor
  readonly target: PlacedTensor
  readonly input: ReturnType<typeof readTensor>
}

function scheduleOf({ schedule }: Scenario, pairs: number): ScheduleOptions {
  if (schedule === 'default') return { type: 'default', base: 10000 }
  if (schedule === 'linear') return { type: 'linear', base: 500000, factor: 8 }
  const inverseFrequencies = Array.from({ length: pairs }, (_, i) =>
    i === 1 ? 0 : 2.5 / (1 + i * i),
  )
  return { type: 'custom', inverseFrequencies, attentionFactor: 1.2079441541679836 }
}

function axesOf({ axes }: Scenario, pairs: number): AxesOptions | null {
  if (axes === 'single') return null
  if (axes === 'one-hot') {
    return {
      kind: 'one-hot',
      count: 3,
      axisOfPair: Array.from({ length: pairs }, (_, i) => (i * 2) % 3),
    }
  }
  const weights = [0, 1, 2].map((axis) =>
    Array.from({ length: pairs }, (_, i) => (axis - 1) * 0.75 + i * 0.125),
  )
  return { kind: 'dense', weights }
}

/** The config of a scenario. */
export function configOf(scenario: Scenario): RopeConfig {
  const { headDim, rotaryDim, windowOffset, pairing, angles } = scenario
  const pairs = rotaryDim / 2
  const schedule = scheduleOf(scenario, pairs)
  return resolveConfig({
    headDim,
    rotaryDim,
    windowOffset,
    pairing,
    angles,
    schedule,
    axes: axesOf(scenario, pairs),
  })
}

/** The config whose rows a call applies: a shift never applies the attention factor again. */
function appliedConfig(config: RopeConfig, via: Via): RopeConfig {
  const { schedule } = config
  if (via !== 'shift' || schedule.type !== 'custom') return config
  return {
    ...config,
    schedule: { type: 'custom', inverseFrequencies: schedule.inverseFrequencies },
  }
}

function positionsOf({ positions, batch, tokens, axes, via }: Scenario): PositionForm {
  const sizes = { batch, tokens, axes: axes === 'single' ? 1 : 3 }
  if (typeof positions === 'string') return positionForm(positions, sizes)
  // A shift by a number moves every token by it; any other call counts tokens from it.
  const step = via === 'shift' ? 0 : 1
  const row = Float64Array.from(
    { length: batch * tokens },
    (_, i) => positions + step * (i % tokens),
  )
  return { positions, rows: Array.from({ length: sizes.axes }, () => row) }
}

function placeOperand(
  trial: Trial,
  scenario: Scenario,
  name: 'q' | 'k',
  heads: number,
  seed: number,
): Operand {
  const { dtype, batch, tokens, headDim, layout, spacing, origin, float16Array } = scenario
  const sizes: LogicalSizes = { batch, tokens, heads, headDim }
  const input = ordinaryElements(dtype, batch * tokens * heads * headDim, seed)
  const place = placeTensor(sizes, layout, spacing)
  const sourceArena = createArena(trial.backend, dtype, place.length, seed + 1, origin)
  const source = putTensor(sourceArena, place, input, 0, float16Array)
  if (scenario.target === 'in-place') return { name, source, target: source, input }
  const elsewhere = scenario.target === 'out' ? place : placeTensor(sizes, 'bhsd', 'padded')
  const targetArena = createArena(trial.backend, dtype, elsewhere.length, seed + 2, origin)
  return { name, source, target: putTensor(targetArena, elsewhere, null, 0, float16Array), input }
}

function placeOperands(trial: Trial, scenario: Scenario, seed: number): readonly Operand[] {
  const { q, k } = scenario.heads
  return [
    ...(q === null ? [] : [placeOperand(trial, scenario, 'q', q, seed)]),
    ...(k === null ? [] : [placeOperand(trial, scenario, 'k', k, seed + 10)]),
  ]
}

function tensorsOf(operands: readonly Operand[], scenario: Scenario): RotateTensors {
  const named = (side: 'source' | 'target'): { readonly q?: PlacedTensor['tensor'] } =>
    Object.fromEntries(operands.map((operand) => [operand.name, operand[side].tensor]))
  return {
    ...named('source'),
    ...(scenario.target === 'in-place' ? {} : { out: named('target') }),
    ...(scenario.inverse ? { inverse: true } : {}),
  }
}

/**
 * The rows that the specification hands to a backend for this call, found by making it on a
 * backend that only records, and compared with exact rows.
 */
async function specifiedRows(
  config: RopeConfig,
  call: Call,
  scenario: Scenario,
  exact: Rows,
): Promise<Rows> {
  const recorder = createRecorder()
  await perform(createRope(config, { backend: recorder.backend }), 'cpu', call)
  const { rotation } = recorder.calls.at(-1) ?? unsupported('core made no call')
  const { batch, tokens } = scenario
  const pairs = config.rotaryDim / 2
  const cos = new Float64Array(batch * tokens * pairs)
  const sin = new Float64Array(batch * tokens * pairs)
  for (let row = 0; row < batch * tokens; row++) {
    const from = (Math.floor(row / tokens) * rotation.batchStride + (row % tokens)) * pairs
    cos.set(rotation.cos.subarray(from, from + pairs), row * pairs)
    sin.set(rotation.sin.subarray(from, from + pairs), row * pairs)
  }
  checkRows({ cos, sin }, exact, rowError(config, scenario.dtype), scenario.dtype)
  return { cos, sin }
}

/** Dense axes multiply one rotation per axis, each with the error of a row. */
function rowError(config: RopeConfig, dtype: DType): number {
  if (dtype !== 'float64') return ROW_ERROR.float32
  // Rows of `angles: 'float32'` are float32 values whatever they rotate.
  if (config.angles === 'float32') return ROW_ERROR.float32
  const products = config.axes?.kind === 'dense' ? config.axes.weights.length : 1
  return products * ROW_ERROR.float64
}

function checkRows(rows: Rows, exact: Rows, tolerance: number, dtype: DType): void {
  for (let i = 0; i < exact.cos.length; i++) {
    const amplitude = Math.hypot(exact.cos[i] as number, exact.sin[i] as number)
    for (const name of ['cos', 'sin'] as const) {
      const distance = Math.abs((rows[name][i] as number) - (exact[name][i] as number))
      check(distance <= tolerance * amplitude, () => {
        const found = `${name} of row value ${i} is ${rows[name][i]}, truth ${exact[name][i]}`
        return `the specification's own ${dtype} rows are off: ${found}`
      })
    }
  }
}

function judgeOperand(
  trial: Trial,
  scenario: Scenario,
  config: RopeConfig,
  { name, source, target, input }: Operand,
  rows: Rows,
  exact: Rows,
): void {
  const { dtype } = scenario
  const { sizes } = source.placement
  const direction = scenario.inverse ? -1 : 1
  judge(trial, {
    name,
    dtype,
    sizes,
    window: config,
    input,
    actual: readTensor(target),
    model: modelRotate(copyElements(input), dtype, sizes, config, rows, direction),
    truth: modelRotate(toNumbers(dtype, input), 'float64', sizes, config, exact, direction),
    rows: exact,
    rowError: rowError(config, dtype),
  })
  checkCanaries(target.arena)
}

/** Why the subject does not claim this scenario, or null when it does. */
function notClaimed(trial: Trial, scenario: Scenario): string | null {
  const { dtypes, sharedMemory } = trial.backend.capabilities
  if (!dtypes.includes(scenario.dtype)) return `the backend does not claim ${scenario.dtype}`
  if (scenario.origin === 'shared' && !sharedMemory)
    return 'the backend does not claim shared memory'
  const synchronous = scenario.via === 'bind' || scenario.via === 'shift'
  if (synchronous && trial.backend.device === 'gpu') return `${scenario.via} is for CPU backends`
  return null
}

/** What is not claimed must be refused, and nothing may be written. */
async function checkRefused(
  reason: string,
  call: () => void | Promise<void>,
  operands: readonly Operand[],
): Promise<never> {
  const arenas = operands.flatMap(({ source, target }) => [source.arena, target.arena])
  const before = arenas.map(snapshot)
  const error = await expectRefusal(['UNSUPPORTED'], call)
  check(
    error.field !== undefined,
    () => `${reason}, but the refusal names no field: ${error.message}`,
  )
  arenas.forEach((arena, i) => checkUnchanged(arena, before[i] as Uint8Array, 'refused memory'))
  return unsupported(`${reason}; it refused, naming ${error.field}`)
}

/** Makes the call on the subject and judges everything that memory shows. */
export async function runScenario(trial: Trial, scenario: Scenario, seed: number): Promise<void> {
  const config = configOf(scenario)
  const { positions, rows: positionRows } = positionsOf(scenario)
  const operands = placeOperands(trial, scenario, seed)
  const call: Call = { via: scenario.via, tensors: tensorsOf(operands, scenario), positions }
  const rope = await subjectRope(trial, config)
  const attempt = (): void | Promise<void> => perform(rope, trial.backend.device, call)
  try {
    const reason = notClaimed(trial, scenario)
    if (reason !== null) await checkRefused(reason, attempt, operands)
    const exact = exactRowsOf(appliedConfig(config, scenario.via), positionRows)
    const rows = await specifiedRows(config, call, scenario, exact)
    const sources = operands.map(({ source }) => snapshot(source.arena))
    const pending = attempt()
    if (pending !== undefined) await pending
    operands.forEach((operand, i) => {
      judgeOperand(trial, scenario, config, operand, rows, exact)
      if (operand.target === operand.source) return
      checkUnchanged(operand.source.arena, sources[i] as Uint8Array, `the input ${operand.name}`)
    })
  } finally {
    rope.dispose()
  }
}

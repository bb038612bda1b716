/**
 * Runs a scenario: places its tensors, makes the call on the subject, and judges everything that
 * memory shows. What the subject does not claim it must refuse.
 */
import type { RopeConfig } from '../../config/config.js'
import type { Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { LogicalSizes } from '../../reference/logical-tensor.js'
import { check, type Trial, unsupported } from '../case.js'
import { judge } from '../judge/accept.js'
import { quickModel } from '../judge/quick-model.js'
import { exactRowsOf, type Rows } from '../judge/rows.js'
import {
  checkCanaries,
  checkUnchanged,
  createArena,
  type PlacedTensor,
  putTensor,
  readTensor,
  snapshot,
} from '../memory/arena.js'
import { toNumbers } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { placeTensor } from '../memory/placement.js'
import { type Call, expectRefusal, perform, subjectRope } from './perform.js'
import { appliedConfig, configOf, positionsOf, type Scenario } from './scenario.js'
import { rowError, specifiedRows } from './specified-rows.js'

/** An operand of a call: what went in, and where it is. */
interface Operand {
  readonly name: 'q' | 'k'
  readonly source: PlacedTensor
  readonly target: PlacedTensor
  readonly input: ReturnType<typeof readTensor>
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
    model: quickModel(input, dtype, sizes, config, rows, direction),
    truth: quickModel(toNumbers(dtype, input), 'float64', sizes, config, exact, direction),
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
  arenas.forEach((arena, i) => checkUnchanged(arena, before[i] as Elements, 'refused memory'))
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
    const rows = await specifiedRows(config, call, scenario.dtype, exact)
    const sources = operands.map(({ source }) => snapshot(source.arena))
    const pending = attempt()
    if (pending !== undefined) await pending
    operands.forEach((operand, i) => {
      judgeOperand(trial, scenario, config, operand, rows, exact)
      if (operand.target === operand.source) return
      checkUnchanged(operand.source.arena, sources[i] as Elements, `the input ${operand.name}`)
    })
  } finally {
    rope.dispose()
  }
}

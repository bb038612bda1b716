/**
 * Capabilities tell the truth in both directions: what is claimed is accepted and works, what is
 * not claimed is refused by supports(), which names the plan's field, and by compile().
 */
import type { OperandPlan, Plan, Strides } from '../../contract/backend.js'
import { PAIRINGS } from '../../contract/pairing.js'
import { DTYPES, type DType } from '../../numbers/dtype.js'
import { expectRefusal } from '../calls/perform.js'
import { operandPlan, planOf, prepare, RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import { createElements } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'

/** A dtype the backend claims, so that a plan is refused for nothing but what is being tested. */
function claimedDType({ backend }: Trial): DType {
  const [first] = backend.capabilities.dtypes
  return first ?? unsupported('the backend claims no dtype')
}

function control(dtype: DType, change: Partial<RawCall> = {}): RawCall {
  return { ...RAW_CONTROL, pairing: 'half', seed: seedOf('capabilities'), ...change, dtype }
}

/** Refused by supports(), naming the field; refused by compile() with UNSUPPORTED. */
async function checkRefuses(trial: Trial, plan: Plan, field: string): Promise<void> {
  const support = trial.backend.supports(plan)
  if (support.ok)
    return check(false, () => `supports() accepts a plan whose ${field} is not claimed`)
  check(
    support.field.startsWith(field),
    () => `the refusal names the field ${support.field}, not ${field}`,
  )
  check(
    support.reason.length >= 5,
    () => `the refusal gives no reason: ${JSON.stringify(support.reason)}`,
  )
  await expectRefusal(['UNSUPPORTED'], () => trial.backend.compile(plan))
}

async function runDType(trial: Trial, dtype: DType): Promise<void> {
  if (trial.backend.capabilities.dtypes.includes(dtype)) return runRaw(trial, control(dtype))
  const { plan } = prepare(trial, control(dtype))
  await checkRefuses(trial, plan, 'dtype')
}

async function runMemory(trial: Trial): Promise<void> {
  const call = control(claimedDType(trial), { origin: 'shared', inPlace: false })
  const prepared = prepare(trial, call)
  if (trial.backend.capabilities.sharedMemory) return runRaw(trial, call)
  await checkRefuses(trial, prepared.plan, 'memory')
}

/** A plan of two tokens so far apart that it spans `elements` elements; no memory is needed. */
function spanningPlan(dtype: DType, elements: number): Plan {
  const sizes = { batch: 1, tokens: 2, heads: 1, headDim: 16 }
  const strides: Strides = { batch: 0, token: elements - 16, head: 16, channel: 1 }
  const operand: OperandPlan = operandPlan(sizes, strides, strides)
  return planOf(control(dtype, { heads: [1] }), [operand])
}

/** More than any backend can index in 32 bits. */
const HUGE = 2 ** 34

async function runMaxElements(trial: Trial): Promise<void> {
  const { maxElements } = trial.backend.capabilities
  const dtype = claimedDType(trial)
  const atLimit = maxElements === Number.POSITIVE_INFINITY ? HUGE : maxElements
  const support = trial.backend.supports(spanningPlan(dtype, atLimit))
  check(
    support.ok,
    () => `supports() refuses a span of ${atLimit} elements, and maxElements is ${maxElements}`,
  )
  if (maxElements === Number.POSITIVE_INFINITY) return
  await checkRefuses(trial, spanningPlan(dtype, maxElements + 1), 'operands')
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function checkShape({ backend }: Trial): void {
  const { specVersion, name, device, capabilities } = backend
  const { dtypes, threads, isa, maxElements, sharedMemory } = capabilities
  check(specVersion === 1, () => `specVersion is ${specVersion}, not 1`)
  check(typeof name === 'string' && name.length > 0, () => 'the backend has no name')
  check(device === 'cpu' || device === 'gpu', () => `device is ${device}`)
  const unknown = dtypes.filter((dtype) => !DTYPES.includes(dtype))
  check(unknown.length === 0, () => `unknown dtypes ${unknown.join()}`)
  check(new Set(dtypes).size === dtypes.length, () => 'a dtype is listed twice')
  check(dtypes.includes('float32'), () => 'float32 is the one dtype that every backend has')
  check(isCount(threads), () => `threads is ${threads}`)
  check(isa === null || (typeof isa === 'string' && isa.length > 0), () => `isa is ${isa}`)
  check(
    maxElements === Number.POSITIVE_INFINITY || isCount(maxElements),
    () => `maxElements is ${maxElements}`,
  )
  check(typeof sharedMemory === 'boolean', () => `sharedMemory is ${sharedMemory}`)
}

/** Plans of many kinds, all dtypes among them. */
function variedPlans(trial: Trial): readonly Plan[] {
  const changes: readonly Partial<RawCall>[] = [
    {},
    { inPlace: false },
    { direction: -1 },
    { windowOffset: 3, headDim: 22 },
    { spacing: 'reversed' },
    { spacing: 'channel-step', inPlace: false },
    { heads: [4, 1] },
    { tokens: 0 },
    { pairs: 1, headDim: 2 },
  ]
  return DTYPES.flatMap((dtype) =>
    PAIRINGS.flatMap((pairing) =>
      changes.map((change) => prepare(trial, control(dtype, { ...change, pairing })).plan),
    ),
  )
}

async function compiles(trial: Trial, plan: Plan): Promise<boolean> {
  try {
    trial.backend.compile(plan)
    return true
  } catch {
    await expectRefusal(['UNSUPPORTED'], () => trial.backend.compile(plan))
    return false
  }
}

/** supports() is true if and only if compile() accepts. */
async function runAgreement(trial: Trial): Promise<void> {
  for (const plan of variedPlans(trial)) {
    const { ok } = trial.backend.supports(plan)
    const compiled = await compiles(trial, plan)
    check(ok === compiled, () => {
      const verdict = `supports() says ${ok}, compile() ${compiled ? 'accepts' : 'refuses'}`
      return `${verdict}: ${JSON.stringify(plan)}`
    })
  }
}

/** supports() answers the same every time, from the plan alone. */
function checkPurity(trial: Trial): void {
  for (const plan of variedPlans(trial)) {
    const before = JSON.stringify(plan)
    const answers = [1, 2, 3].map(() => JSON.stringify(trial.backend.supports(plan)))
    const copy: Plan = JSON.parse(before)
    answers.push(JSON.stringify(trial.backend.supports(copy)))
    check(
      new Set(answers).size === 1,
      () => `supports() changes its mind about ${before}: ${answers.join(' ')}`,
    )
    check(JSON.stringify(plan) === before, () => 'supports() changed the plan')
  }
}

/** Memory from allocate is zero-filled, of the right type, and stays valid when more is asked for. */
function checkAllocate(trial: Trial, dtype: DType): void {
  const { backend } = trial
  if (backend.allocate === undefined) unsupported('the backend has no allocate')
  if (!backend.capabilities.dtypes.includes(dtype))
    unsupported(`the backend does not claim ${dtype}`)
  const kind = Object.prototype.toString.call(createElements(dtype, 0))
  const first = backend.allocate(dtype, 1000)
  check(
    Object.prototype.toString.call(first) === kind,
    () => `allocate(${dtype}) gave a ${first.constructor.name}`,
  )
  check(first.length === 1000, () => `allocate(${dtype}, 1000) gave ${first.length} elements`)
  check(
    first.every((value) => value === 0),
    () => 'allocated memory is not zero-filled',
  )
  const values = ordinaryElements(dtype, 1000, 5)
  first.set(values)
  const others = [1, 7, 100000, 300000].map((length) => backend.allocate?.(dtype, length))
  for (const other of others) {
    check(
      other?.every((value) => value === 0) === true,
      () => 'later allocations are not zero-filled',
    )
    other?.fill(1)
  }
  check(first.length === 1000, () => 'earlier memory was detached by a later allocation')
  check(
    first.every((value, i) => value === values[i]),
    () => 'allocations share memory',
  )
  check(backend.allocate(dtype, 0).length === 0, () => 'allocate of 0 elements is not empty')
}

/** Capabilities, supports, compile and allocate. */
export function capabilitiesCases(): readonly ConformanceCase[] {
  return [
    defineCase('contract', 'capabilities/shape', checkShape),
    ...DTYPES.map((dtype) =>
      defineCase('contract', `capabilities/dtype=${dtype}`, (trial) => runDType(trial, dtype)),
    ),
    defineCase('contract', 'capabilities/memory=shared', runMemory),
    defineCase('contract', 'capabilities/max-elements', runMaxElements),
    defineCase('contract', 'capabilities/supports-agrees-with-compile', runAgreement),
    defineCase('contract', 'capabilities/supports-is-pure', checkPurity),
    ...DTYPES.map((dtype) =>
      defineCase('contract', `allocate/${dtype}`, (trial) => checkAllocate(trial, dtype)),
    ),
  ]
}

/**
 * Errors: bad input is refused with the right code, naming the field, before anything is written.
 * Every case has a healthy tensor beside the bad one, which must come out untouched.
 */
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { RopeErrorCode } from '../../errors.js'
import type { Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { Tensor } from '../../plan/tensor.js'
import type { Positions } from '../../positions/forms.js'
import { needDType } from '../calls/numbers.js'
import { expectRefusal, perform, subjectRope, type Via } from '../calls/perform.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import { type Arena, checkUnchanged, createArena, snapshot } from '../memory/arena.js'
import { detach } from '../memory/detach.js'

const HEAD_DIM = 8
const SHAPE: readonly number[] = [1, 3, 2, HEAD_DIM]
const LENGTH = 3 * 2 * HEAD_DIM

/** A healthy q and k of 3 tokens with 2 heads each, and one more arena. */
interface Fixture {
  readonly q: Tensor
  readonly k: Tensor
  readonly other: Tensor
}

/** What is wrong, the code it must be refused with, and how the field must begin. */
interface BadCall {
  readonly tensors?: (fixture: Fixture) => unknown
  readonly positions?: unknown
  readonly via?: Via
  readonly axes?: number
  readonly code: RopeErrorCode
  readonly field?: string
}

function tensor(
  code: RopeErrorCode,
  field: string,
  tensors: (fixture: Fixture) => unknown,
): BadCall {
  return { tensors, code, field }
}

function positions(value: unknown, field = 'positions'): BadCall {
  return { positions: value, code: 'INVALID_POSITIONS', field }
}

/** A copy of q with some properties changed; undefined removes one. */
function badQ(
  code: RopeErrorCode,
  field: string,
  change: Readonly<Record<string, unknown>>,
): BadCall {
  return tensor(code, field, ({ q, k }) => ({ q: { ...q, ...change }, k }))
}

function badOut(
  code: RopeErrorCode,
  field: string,
  change: Readonly<Record<string, unknown>>,
): BadCall {
  return tensor(code, field, ({ q, other }) => ({ q, out: { q: { ...other, ...change } } }))
}

const TENSOR = 'INVALID_TENSOR'

/** One token more than the array holds; alone, since k would have fewer tokens. */
const tooLarge: BadCall = tensor(TENSOR, 'q', ({ q }) => ({
  q: { ...q, shape: [1, 4, 2, HEAD_DIM] },
}))

const BAD_TENSORS: Readonly<Record<string, BadCall>> = {
  'shape-too-large': tooLarge,
  'offset-too-large': badQ(TENSOR, 'q', { offset: 1 }),
  'offset-negative': badQ(TENSOR, 'q', { offset: -1 }),
  'offset-fractional': badQ(TENSOR, 'q', { offset: 0.5 }),
  'strides-before-start': badQ(TENSOR, 'q', { strides: [48, -16, 8, 1] }),
  'strides-past-end': badQ(TENSOR, 'q', { strides: [48, 17, 8, 1] }),
  'strides-too-few': badQ(TENSOR, 'q', { strides: [16, 8, 1] }),
  'strides-fractional': badQ(TENSOR, 'q', { strides: [48, 16, 8.5, 1] }),
  'rank-too-low': badQ(TENSOR, 'q', { shape: [3, 2, HEAD_DIM] }),
  'rank-too-high': badQ(TENSOR, 'q', { shape: [1, 1, 3, 2, HEAD_DIM] }),
  'head-dim-differs': badQ(TENSOR, 'q', { shape: [1, 3, 4, HEAD_DIM / 2] }),
  'flat-not-a-multiple': badQ(TENSOR, 'q', { layout: 'flat', shape: [1, 3, 12] }),
  'size-negative': badQ(TENSOR, 'q', { shape: [1, -3, 2, HEAD_DIM] }),
  'size-fractional': badQ(TENSOR, 'q', { shape: [1, 1.5, 2, HEAD_DIM] }),
  'size-nan': badQ(TENSOR, 'q', { shape: [1, Number.NaN, 2, HEAD_DIM] }),
  'shape-missing': badQ(TENSOR, 'q', { shape: undefined }),
  'layout-unknown': badQ(TENSOR, 'q', { layout: 'dhsb' }),
  'layout-missing': badQ(TENSOR, 'q', { layout: undefined }),
  'data-missing': badQ(TENSOR, 'q', { data: undefined }),
  'data-is-a-list': badQ(TENSOR, 'q', { data: Array<number>(LENGTH).fill(1) }),
  'data-is-int32': badQ(TENSOR, 'q', { data: new Int32Array(LENGTH), dtype: undefined }),
  'dtype-unknown': badQ(TENSOR, 'q', { dtype: 'float8' }),
  'dtype-contradicts-data': badQ(TENSOR, 'q', { dtype: 'float16' }),
  'dtype-not-stated': badQ(TENSOR, 'q', { data: new Uint16Array(LENGTH), dtype: undefined }),
  'dtypes-differ': badQ(TENSOR, 'k', { data: new Float64Array(LENGTH), dtype: 'float64' }),
  'tokens-differ': badQ(TENSOR, 'k', { shape: [1, 2, 2, HEAD_DIM] }),
  'batches-differ': badQ(TENSOR, 'k', { shape: [3, 1, 2, HEAD_DIM] }),
  'q-is-null': tensor(TENSOR, 'q', ({ k }) => ({ q: null, k })),
  'neither-q-nor-k': tensor(TENSOR, 'q', () => ({})),
  'out-without-k': tensor(TENSOR, 'out', ({ q, k, other }) => ({ q, k, out: { q: other } })),
  'out-for-nothing': tensor(TENSOR, 'out', ({ q, k, other }) => ({ q, out: { q: other, k } })),
  'out-shape-differs': badOut(TENSOR, 'out', { shape: [1, 2, 3, HEAD_DIM] }),
  'out-dtype-differs': badOut(TENSOR, 'out', { data: new Float64Array(LENGTH), dtype: 'float64' }),
  'out-too-small': badOut(TENSOR, 'out', { offset: 2 }),
}

const BAD_POSITIONS: Readonly<Record<string, BadCall>> = {
  nan: positions(Number.NaN),
  infinity: positions(Number.POSITIVE_INFINITY),
  missing: positions(undefined),
  null: positions(null),
  text: positions('3'),
  'nan-in-list': positions([0, 1, Number.NaN]),
  'nan-in-float64': positions(Float64Array.of(0, 1, Number.NaN)),
  'infinity-in-list': positions([0, Number.NEGATIVE_INFINITY, 2]),
  'text-in-list': positions([0, '1', 2]),
  'too-few': positions([0, 1]),
  'too-many': positions([0, 1, 2, 3]),
  empty: positions([]),
  'offsets-too-many': positions({ offsets: [0, 1] }),
  'offsets-nan': positions({ offsets: [Number.NaN] }),
  'lengths-too-short': positions({ sequenceLengths: [1, 1] }),
  'lengths-too-long': positions({ sequenceLengths: [1, 3] }),
  'lengths-negative': positions({ sequenceLengths: [4, -1] }),
  'lengths-fractional': positions({ sequenceLengths: [1.5, 1.5] }),
  'lengths-offsets-differ': positions({ sequenceLengths: [1, 2], offsets: [0] }),
  'cumulative-not-from-zero': positions({ cumulativeLengths: [1, 3] }),
  'cumulative-falls': positions({ cumulativeLengths: [0, 4, 3] }),
  'unknown-key': positions({ start: 3 }),
  'axes-for-a-single-axis': positions({ axes: [0, 1] }),
  'axes-too-few': { ...positions({ axes: [0, 1] }), axes: 3 },
  'axes-nan': { ...positions({ axes: [0, [0, 1, Number.NaN], 2] }), axes: 3 },
  'at-nan': { ...positions([0, 1, Number.NaN]), via: 'at' },
  'at-too-few': { ...positions([0, 1]), via: 'at' },
}

/** Forms that only CPU backends have. */
const BAD_SYNCHRONOUS: Readonly<Record<string, BadCall>> = {
  'bind-nan': { positions: Number.NaN, via: 'bind', code: 'INVALID_POSITIONS' },
  'bind-infinity': { positions: Number.POSITIVE_INFINITY, via: 'bind', code: 'INVALID_POSITIONS' },
  'bind-shape-too-large': { ...tooLarge, via: 'bind' },
  'shift-nan': { positions: [0, 1, Number.NaN], via: 'shift', code: 'INVALID_POSITIONS' },
  'shift-too-few': { positions: [0, 1], via: 'shift', code: 'INVALID_POSITIONS' },
}

function configFor(axes: number): RopeConfig {
  const axisOfPair = [0, 1 % axes, 2 % axes, 0]
  return resolveConfig({
    headDim: HEAD_DIM,
    pairing: 'half',
    schedule: { type: 'default', base: 10000 },
    ...(axes === 1 ? {} : { axes: { kind: 'one-hot', count: axes, axisOfPair } }),
  })
}

/** Three arenas; the data of each ends where its tensor does, so that nothing larger fits. */
function createFixture(trial: Trial): {
  readonly fixture: Fixture
  readonly arenas: readonly Arena[]
} {
  const arenas = [1, 2, 3].map((seed) => createArena(trial.backend, 'float32', LENGTH, seed))
  const [q, k, other] = arenas.map(
    ({ data }): Tensor => ({ data, shape: SHAPE, layout: 'bshd', dtype: 'float32' }),
  )
  return { fixture: { q, k, other } as Fixture, arenas }
}

async function runBad(trial: Trial, bad: BadCall): Promise<void> {
  needDType(trial, 'float32')
  const { fixture, arenas } = createFixture(trial)
  const before = arenas.map(snapshot)
  const rope = await subjectRope(trial, configFor(bad.axes ?? 1))
  const tensors = (bad.tensors?.(fixture) ?? { q: fixture.q, k: fixture.k }) as RotateTensors
  const given = ('positions' in bad ? bad.positions : 0) as Positions
  const call = { via: bad.via ?? 'direct', tensors, positions: given } as const
  const error = await expectRefusal([bad.code], () => perform(rope, trial.backend.device, call))
  rope.dispose()
  const { field } = bad
  check(field === undefined || error.field?.startsWith(field) === true, () => {
    return `the refusal names the field ${error.field}, not ${field}: ${error.message}`
  })
  arenas.forEach((arena, i) =>
    checkUnchanged(arena, before[i] as Elements, 'a tensor of a refused call'),
  )
}

/** A detached buffer is empty: it must be refused like any that is too small. */
async function runDetached(trial: Trial, which: 'q' | 'k' | 'out'): Promise<void> {
  needDType(trial, 'float32')
  const { fixture, arenas } = createFixture(trial)
  const { q, k, other } = fixture
  const gone = { q, k, out: other }[which]
  detach(gone.data)
  const kept = arenas.filter(({ data }) => data !== gone.data)
  const before = kept.map(snapshot)
  const tensors = which === 'out' ? { q, out: { q: other } } : { q, k }
  const rope = await subjectRope(trial, configFor(1))
  const call = { via: 'direct', tensors, positions: 3 } as const
  await expectRefusal([TENSOR], () => perform(rope, trial.backend.device, call))
  rope.dispose()
  kept.forEach((arena, i) =>
    checkUnchanged(arena, before[i] as Elements, 'a tensor of a refused call'),
  )
}

/** Memory may go away between bind and the call. */
async function runBoundDetached(trial: Trial): Promise<void> {
  needDType(trial, 'float32')
  if (trial.backend.device === 'gpu') unsupported('bind is for CPU backends')
  const { fixture, arenas } = createFixture(trial)
  const { q, k } = fixture
  const rope = await subjectRope(trial, configFor(1))
  const bound = rope.bind({ q, k })
  detach(k.data)
  const before = snapshot(arenas[0] as Arena)
  await expectRefusal([TENSOR], () => bound.rotate(3))
  rope.dispose()
  checkUnchanged(arenas[0] as Arena, before, 'q of a refused call')
}

/** The same for one token, whose row of cos and sin a kernel may make by itself. */
async function runStepDetached(trial: Trial): Promise<void> {
  needDType(trial, 'float32')
  if (trial.backend.device === 'gpu') unsupported('bind is for CPU backends')
  const token = (heads: number): Tensor => ({
    data: new Float32Array(heads * HEAD_DIM).fill(1),
    shape: [1, 1, heads, HEAD_DIM],
    layout: 'bshd',
  })
  const q = token(1)
  const k = token(2)
  const rope = await subjectRope(trial, configFor(1))
  const bound = rope.bind({ q, k })
  bound.rotate(0)
  detach(k.data)
  await expectRefusal([TENSOR], () => bound.rotate(3))
  rope.dispose()
  const isUntouched = Array.from(q.data as Float32Array).every((value) => value === 1)
  check(isUntouched, () => 'q was rotated although k was gone')
}

/** rotate cannot wait for a GPU; it must say so and not start anything. */
async function runSynchronousOnGpu(trial: Trial): Promise<void> {
  needDType(trial, 'float32')
  const { fixture, arenas } = createFixture(trial)
  const { q } = fixture
  const rope = await subjectRope(trial, configFor(1))
  if (trial.backend.device === 'cpu') {
    const result: unknown = rope.rotate({ q, positions: 0 })
    check(
      result === undefined,
      () => `rotate returned ${typeof result}; on a CPU it has finished and returns nothing`,
    )
    return
  }
  const before = snapshot(arenas[0] as Arena)
  await expectRefusal(['UNSUPPORTED'], () => rope.rotate({ q, positions: 3 }))
  await expectRefusal(['UNSUPPORTED'], () => rope.at(3).rotate({ q }))
  checkUnchanged(arenas[0] as Arena, before, 'q of a refused call')
}

/** Everything that must be refused. */
export function errorsCases(): readonly ConformanceCase[] {
  const table = (
    group: string,
    calls: Readonly<Record<string, BadCall>>,
  ): readonly ConformanceCase[] =>
    Object.entries(calls).map(([name, bad]) =>
      defineCase('contract', `errors/${group}/${name}`, (trial) => runBad(trial, bad)),
    )
  const synchronous = Object.entries(BAD_SYNCHRONOUS).map(([name, bad]) =>
    defineCase('contract', `errors/synchronous/${name}`, async (trial) => {
      if (trial.backend.device === 'gpu') unsupported('bind and shift are for CPU backends')
      await runBad(trial, bad)
    }),
  )
  return [
    ...table('tensors', BAD_TENSORS),
    ...table('positions', BAD_POSITIONS),
    ...synchronous,
    ...(['q', 'k', 'out'] as const).map((which) =>
      defineCase('contract', `errors/detached/${which}`, (trial) => runDetached(trial, which)),
    ),
    defineCase('contract', 'errors/detached/bound', runBoundDetached),
    defineCase('contract', 'errors/detached/bound-step', runStepDetached),
    defineCase('contract', 'errors/synchronous/rotate', runSynchronousOnGpu),
  ]
}

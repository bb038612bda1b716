/**
 * Dispose: from then on everything that a backend has given out, and the backend itself, refuses
 * with DISPOSED and touches nothing, however it was obtained. What is on its way comes to an end,
 * one way or the other. Nobody else notices.
 */
import type { Backend, DecodeFactors, Kernel, Plan } from '../../contract/backend.js'
import { RopeError } from '../../errors.js'
import type { Elements } from '../../numbers/dtype.js'
import type { Tensor } from '../../plan/tensor.js'
import { createRope, type Rope } from '../../rope/rope.js'
import { settled } from '../calls/pause.js'
import { expectRefusal } from '../calls/perform.js'
import {
  compileClaimed,
  judgeCall,
  type PreparedCall,
  prepare,
  RAW_CONTROL,
  type RawCall,
  runKernel,
} from '../calls/raw.js'
import {
  checkWindows,
  largeShape,
  turned,
  wideCall,
  wideRows,
  writeWindows,
} from '../calls/wide.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import { checkUnchanged, type Origin, snapshot } from '../memory/arena.js'
import { bitsOf, copyElements } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'

/** A backend that may be disposed of, with a call that it was asked to prepare before. */
interface Doomed {
  readonly trial: Trial
  readonly backend: Backend
  readonly call: RawCall
  readonly prepared: PreparedCall
  readonly kernel: Kernel
}

async function another(trial: Trial): Promise<Backend> {
  const { createBackend } = trial.subject
  if (createBackend === undefined) unsupported('the subject gives no second backend to dispose of')
  return createBackend()
}

async function doomed(trial: Trial, origin: Origin): Promise<Doomed> {
  const backend = await another(trial)
  const own: Trial = { ...trial, backend }
  const [dtype] = backend.capabilities.dtypes.filter((name) => name !== 'float64')
  if (dtype === undefined) unsupported('the backend claims no dtype')
  if (origin === 'allocated' && backend.allocate === undefined) {
    unsupported('the backend has no allocate')
  }
  const call: RawCall = { ...RAW_CONTROL, dtype, pairing: 'half', tokens: 1, seed: 5, origin }
  const prepared = prepare(own, call)
  const kernel = compileClaimed(own, prepared.plan)
  return { trial: own, backend, call, prepared, kernel }
}

/** Factors of a row that does not turn. */
function factorsOf({ pairs }: Plan): DecodeFactors {
  return {
    pairs,
    restCos: new Float64Array(64 * pairs).fill(1),
    restSin: new Float64Array(64 * pairs),
    blockCos: new Float64Array(pairs).fill(1),
    blockSin: new Float64Array(pairs),
    block: 0,
    attentionFactor: 1,
  }
}

type Attempt = () => unknown

/**
 * Makes ready what will be tried after dispose; undefined where there is no such thing. It is
 * handed a healthy backend, and whatever it tries works until then.
 */
type Prepare = (doomed: Doomed) => Attempt | undefined

function tokenRope({ backend, prepared, call }: Doomed): { rope: Rope; q: Tensor } {
  const { headDim, dtype } = call
  const rope = createRope(
    { headDim, pairing: 'half', schedule: { type: 'default', base: 10000 } },
    { backend },
  )
  const [operand] = prepared.operands
  const shape = [1, 1, 3, headDim]
  return {
    rope,
    q: { data: operand?.source.tensor.data as Tensor['data'], dtype, shape, layout: 'bshd' },
  }
}

const ATTEMPTS: Readonly<Record<string, Prepare>> = {
  compile:
    ({ backend, prepared }) =>
    () =>
      backend.compile(prepared.plan),
  run:
    ({ kernel, prepared }) =>
    () =>
      kernel.run(prepared),
  'run-async': ({ kernel, prepared }) => kernel.runAsync && (() => kernel.runAsync?.(prepared)),
  'run-async-large': ({ trial, backend, kernel, call: { origin } }) => {
    if (kernel.runAsync === undefined) return undefined
    const { plan, views, ...rest } = wideCall(trial, largeShape(backend), origin)
    const large = compileClaimed(trial, plan)
    const rotation = wideRows({ plan, views, ...rest }, 1)
    return () => large.runAsync?.({ views, rotation })
  },
  bind: ({ kernel, prepared }) => kernel.bind && (() => kernel.bind?.(prepared)()),
  'bind-alone': ({ kernel, prepared }) => kernel.bind && (() => kernel.bind?.(prepared)),
  'bound-call': ({ kernel, prepared }) => kernel.bind?.(prepared),
  'bound-call-in-use': ({ kernel, prepared }) => {
    const run = kernel.bind?.(prepared)
    run?.()
    run?.()
    return run
  },
  'bind-moving': ({ kernel, prepared }) => {
    const factors = factorsOf(prepared.plan)
    if (kernel.bindDecode?.(prepared, factors) === undefined) return undefined
    return () => kernel.bindDecode?.(prepared, factors)?.(1)
  },
  'bind-moving-alone': ({ kernel, prepared }) => {
    const factors = factorsOf(prepared.plan)
    if (kernel.bindDecode?.(prepared, factors) === undefined) return undefined
    return () => kernel.bindDecode?.(prepared, factors)
  },
  'moving-call': ({ kernel, prepared }) => {
    const run = kernel.bindDecode?.(prepared, factorsOf(prepared.plan))
    return run && (() => run(1))
  },
  'moving-call-in-use': ({ kernel, prepared }) => {
    const run = kernel.bindDecode?.(prepared, factorsOf(prepared.plan))
    run?.(3)
    run?.(4)
    return run && (() => run(1))
  },
  allocate: ({ backend, call }) => backend.allocate && (() => backend.allocate?.(call.dtype, 8)),
  'allocate-nothing': ({ backend, call }) =>
    backend.allocate && (() => backend.allocate?.(call.dtype, 0)),
  'rope-rotate': (one) => {
    const { rope, q } = tokenRope(one)
    return () =>
      one.backend.device === 'cpu'
        ? rope.rotate({ q, positions: 3 })
        : rope.rotateAsync({ q, positions: 3 })
  },
  'rope-async': (one) => {
    const { rope, q } = tokenRope(one)
    return () => rope.rotateAsync({ q, positions: 3 })
  },
  'rope-in-use': (one) => {
    if (one.backend.device === 'gpu') return undefined
    const { rope, q } = tokenRope(one)
    rope.rotate({ q, positions: 2 })
    return () => rope.rotate({ q, positions: 2 })
  },
  'rope-bound': (one) => {
    if (one.backend.device === 'gpu') return undefined
    const { rope, q } = tokenRope(one)
    const bound = rope.bind({ q })
    bound.rotate(1)
    return () => bound.rotate(2)
  },
  'rope-bound-fraction': (one) => {
    if (one.backend.device === 'gpu') return undefined
    const { rope, q } = tokenRope(one)
    const bound = rope.bind({ q })
    return () => bound.rotate(2.5)
  },
}

/** Refused, twice, and nothing is written. */
async function runAfter(trial: Trial, prepareAttempt: Prepare, origin: Origin): Promise<void> {
  const one = await doomed(trial, origin)
  const { backend, prepared } = one
  const attempt = prepareAttempt(one)
  if (attempt === undefined) {
    backend.dispose()
    unsupported('the kernel or backend has no such call')
  }
  const arenas = prepared.operands.map(({ source }) => source.arena)
  const before = arenas.map(snapshot)
  backend.dispose()
  backend.dispose()
  for (let i = 0; i < 2; i++) await expectRefusal(['DISPOSED'], attempt)
  arenas.forEach((arena, i) => {
    checkUnchanged(arena, before[i] as Elements, 'memory given to a backend that was disposed of')
  })
}

/** Arrays that were allocated are their holder's: they keep their numbers. */
async function memoryStays(trial: Trial): Promise<void> {
  const backend = await another(trial)
  const [dtype] = backend.capabilities.dtypes
  if (dtype === undefined || backend.allocate === undefined) unsupported('no allocate')
  const arrays = [8, 100_000].map((length) => {
    const elements = backend.allocate?.(dtype, length) ?? unsupported('no allocate')
    elements.set(ordinaryElements(dtype, length, length))
    return { elements, copy: copyElements(elements) }
  })
  backend.dispose()
  for (const { elements, copy } of arrays) {
    const left = bitsOf(elements)
    const right = bitsOf(copy)
    check(left.length === right.length, () => 'allocated memory is gone after dispose')
    check(
      left.every((bits: number | bigint, i: number) => bits === right[i]),
      () => 'allocated memory has other numbers after dispose',
    )
  }
}

/** Other backends of the same kind, their kernels and their memory go on. */
async function othersLive(trial: Trial): Promise<void> {
  const first = await doomed(trial, 'local')
  const second = await doomed(trial, 'local')
  await runKernel(first.trial, first.kernel, first.prepared)
  const run = second.kernel.bind?.(second.prepared)
  first.backend.dispose()
  if (run === undefined) await runKernel(second.trial, second.kernel, second.prepared)
  else run()
  judgeCall(second.trial, second.call, second.prepared)
  const again = prepare(second.trial, second.call)
  await runKernel(second.trial, compileClaimed(second.trial, again.plan), again)
  judgeCall(second.trial, second.call, again)
  second.backend.dispose()
}

/**
 * A call is on its way while its backend is disposed of: it may finish, and then it has rotated
 * everything once, or say that it did not.
 */
async function onItsWay(trial: Trial, origin: Origin): Promise<void> {
  const backend = await another(trial)
  const own: Trial = { ...trial, backend }
  if (!backend.capabilities.dtypes.includes('float32')) unsupported('no float32')
  const call = wideCall(own, largeShape(backend), origin)
  const kernel = compileClaimed(own, call.plan)
  const rotation = wideRows(call, 3)
  const { tokens: count, headDim, heads } = call.sizes
  const input = ordinaryElements('float32', count * heads * headDim, 4) as Float32Array
  writeWindows(call, input)
  const pending =
    backend.device === 'gpu'
      ? kernel.run({ views: call.views, rotation })
      : kernel.runAsync?.({ views: call.views, rotation })
  if (pending === undefined) {
    backend.dispose()
    unsupported('the kernel has no asynchronous call')
  }
  backend.dispose()
  const outcome = await settled(pending)
  check(outcome !== 'pending', () => 'a call that was on its way at dispose never settles')
  if (outcome === 'resolved') {
    checkWindows(call, turned(call, input, rotation), 'a call that was on its way at dispose')
    return
  }
  const { error } = outcome
  check(
    RopeError.isInstance(error) && ['DISPOSED', 'BACKEND_FAILED'].includes(error.code),
    () => `a call that was on its way at dispose fails with ${String(error)}`,
  )
}

const ORIGINS: readonly Origin[] = ['local', 'allocated']

/** What follows a dispose. */
export function disposeCases(): readonly ConformanceCase[] {
  return [
    ...ORIGINS.flatMap((origin) => [
      ...Object.entries(ATTEMPTS).map(([name, attempt]) =>
        defineCase('contract', `dispose/${name}/${origin}`, (trial) =>
          runAfter(trial, attempt, origin),
        ),
      ),
      defineCase('contract', `dispose/on-its-way/${origin}`, (trial) => onItsWay(trial, origin)),
    ]),
    defineCase('contract', 'dispose/memory-stays', memoryStays),
    defineCase('contract', 'dispose/others-live', othersLive),
  ]
}

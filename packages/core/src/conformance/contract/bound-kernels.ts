/**
 * Bound calls of kernels, for those that have them, and memory that goes away between calls: what a
 * rope sees to, a kernel must see to as well. Whoever chooses among backends holds kernels and
 * binds them, and so do third parties.
 */
import type { DecodeFactors, Kernel, Rotation, View } from '../../contract/backend.js'
import type { PairingName } from '../../contract/pairing.js'
import { RopeError } from '../../errors.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import { needDType } from '../calls/numbers.js'
import { expectRefusal } from '../calls/perform.js'
import {
  compileClaimed,
  judgeCall,
  type PreparedCall,
  prepare,
  RAW_CONTROL,
  type RawCall,
} from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial, tryEach, unsupported } from '../case.js'
import { checkUnchanged, type Origin, snapshot } from '../memory/arena.js'
import { shrinkable, tryDetach } from '../memory/detach.js'
import { bitsOf } from '../memory/elements.js'
import { randomRows } from '../memory/inputs.js'
import { seededRandom, seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

type Bind = NonNullable<Kernel['bind']>
type BindDecode = NonNullable<Kernel['bindDecode']>

function bindOf(kernel: Kernel): Bind {
  const { bind } = kernel
  if (bind === undefined) unsupported('the kernel has no bind')
  return (call) => bind.call(kernel, call)
}

function bindDecodeOf(kernel: Kernel): BindDecode {
  const { bindDecode } = kernel
  if (bindDecode === undefined) unsupported('the kernel has no bindDecode')
  return (call, factors) => bindDecode.call(kernel, call, factors)
}

function originsOf({ backend }: Trial): readonly Origin[] {
  return backend.allocate === undefined ? ['local'] : ['local', 'allocated']
}

/** Puts the input back where it was. */
function restore({ operands }: PreparedCall): void {
  for (const { source, input } of operands) {
    const to = bitsOf(source.arena.data)
    const from = bitsOf(input)
    source.addresses.forEach((address, i) => {
      to[address] = from[i] as never
    })
  }
}

/** A bound call on memory and rows of its own. */
interface Bound {
  readonly call: RawCall
  readonly prepared: PreparedCall
  readonly run: () => void
}

function bindCall(trial: Trial, bind: Bind, call: RawCall): Bound {
  const prepared = prepare(trial, call)
  return { call, prepared, run: bind(prepared) }
}

/** Fills in other rows and numbers, makes the call, and judges it. */
function runBound(trial: Trial, { call, prepared, run }: Bound, seed: number): void {
  const { cos, sin } = prepared.rotation
  const rows = randomRows(cos.length, seededRandom(seed))
  cos.set(rows.cos)
  sin.set(rows.sin)
  restore(prepared)
  run()
  judgeCall(trial, call, prepared)
}

/** Where results go: of both operands to the same kind of place, or of one elsewhere. */
const TARGETS: readonly Partial<RawCall>[] = [
  { inPlace: true },
  { inPlace: false },
  { inPlace: false, each: [{ inPlace: true }, {}] },
  { inPlace: false, each: [{}, { inPlace: true }] },
]

/** Several bound calls of one kernel, in turn. */
function inTurn(trial: Trial, control: RawCall): void {
  const kernels = new Map<string, Bind>()
  const bindFor = (call: RawCall): Bind => {
    const { plan } = prepare(trial, call)
    const key = JSON.stringify(plan)
    const bind = kernels.get(key) ?? bindOf(compileClaimed(trial, plan))
    kernels.set(key, bind)
    return bind
  }
  for (const target of TARGETS) {
    const bounds = originsOf(trial).flatMap((origin) =>
      [0, control.tokens, control.tokens + 2].map((batchStride, i) => {
        const call = { ...control, ...target, origin, batchStride, seed: control.seed + i }
        return bindCall(trial, bindFor(call), { ...call, spacing: i === 1 ? 'offset' : 'dense' })
      }),
    )
    for (let round = 0; round < 2; round++) {
      bounds.forEach((bound, i) => runBound(trial, bound, control.seed + 20 * round + i))
    }
  }
}

const RESTS = 64

/** Factors whose block can be changed, as a rope changes those of a token that moves. */
class Factors implements DecodeFactors {
  readonly pairs: number
  readonly restCos: Float64Array
  readonly restSin: Float64Array
  readonly blockCos: Float64Array
  readonly blockSin: Float64Array
  readonly attentionFactor: number
  readonly #seed: number
  block = Number.NaN

  constructor(pairs: number, attentionFactor: number, seed: number) {
    const { cos, sin } = randomRows(RESTS * pairs, seededRandom(seed))
    this.pairs = pairs
    this.restCos = cos
    this.restSin = sin
    this.blockCos = new Float64Array(pairs)
    this.blockSin = new Float64Array(pairs)
    this.attentionFactor = attentionFactor
    this.#seed = seed
  }

  /** The row of a block is filled in only when the block changes. */
  seek(block: number): void {
    if (block === this.block) return
    const { cos, sin } = randomRows(this.pairs, seededRandom(seedOf(`${this.#seed} ${block}`)))
    this.blockCos.set(cos)
    this.blockSin.set(sin)
    this.block = block
  }

  /** The row as it must be. */
  row(rest: number): Rotation {
    const { pairs, attentionFactor: factor } = this
    const cos = new Float32Array(pairs)
    const sin = new Float32Array(pairs)
    for (let i = 0; i < pairs; i++) {
      const at = rest * pairs + i
      const [ca = 0, sa = 0] = [this.blockCos[i], this.blockSin[i]]
      const [cb = 0, sb = 0] = [this.restCos[at], this.restSin[at]]
      cos[i] = factor * (ca * cb - sa * sb)
      sin[i] = factor * (sa * cb + ca * sb)
    }
    return { pairs, rows: 1, batchStride: 0, cos, sin }
  }
}

/** Blocks and rests, with those that are easily taken for them. */
const STEPS: readonly (readonly [number, number])[] = [
  [2, 5],
  [-2, 5],
  [2, 5],
  [2, 63],
  [2 + 2 ** 8, 5],
  [2, 0],
  [2 + 2 ** 16, 0],
  [2 + 2 ** 31, 5],
  [2 + 2 ** 32, 5],
  [2, 5],
  [2, 7],
  [2, 5],
  [2, 6],
  [2, 4],
  [2, 5],
  [0, 1],
  [-1, 1],
  [1, 1],
  [2 ** 24, 9],
  [2 ** 24 + 1, 9],
]

interface DecodeCall {
  readonly call: RawCall
  readonly prepared: PreparedCall
  readonly factors: Factors
  readonly run: (rest: number) => void
}

function runDecode(trial: Trial, { call, prepared, factors, run }: DecodeCall, step: number): void {
  const [block, rest] = STEPS[step % STEPS.length] as (typeof STEPS)[number]
  restore(prepared)
  factors.seek(block)
  run(rest)
  judgeCall(trial, call, { ...prepared, rotation: factors.row(rest) })
}

/** More pairs than a few vectors of doubles hold, and one by itself. */
const MANY_PAIRS: Partial<RawCall> = { headDim: 79, pairs: 37 }

/** Calls that make their row themselves. */
function moving(trial: Trial, control: RawCall): void {
  decode(trial, control)
  decode(trial, { ...control, ...MANY_PAIRS })
}

/** A call of one token, and what binds it to factors. */
function decodeCall(
  trial: Trial,
  control: RawCall,
): { readonly call: RawCall; readonly bind: BindDecode } {
  if (control.dtype === 'float64') unsupported('rows of float64 are not made by kernels')
  const call: RawCall = { ...control, batch: 1, tokens: 1 }
  return { call, bind: bindDecodeOf(compileClaimed(trial, prepare(trial, call).plan)) }
}

/** With factors they share and factors of their own. */
function decode(trial: Trial, control: RawCall): void {
  const { pairs, seed } = control
  const { call, bind } = decodeCall(trial, control)
  const common = new Factors(pairs, 1.25, seed)
  const own = new Factors(pairs, 0.5, seed + 1)
  const bounds = originsOf(trial).flatMap((origin) =>
    [common, common, own].flatMap((factors, i): readonly DecodeCall[] => {
      const one = { ...call, origin, seed: seed + i }
      const prepared = prepare(trial, one)
      factors.seek(7)
      const run = bind(prepared, factors)
      return run === undefined ? [] : [{ call: one, prepared, factors, run }]
    }),
  )
  if (bounds.length === 0) unsupported('the kernel makes no rows itself')
  for (let step = 0; step < STEPS.length; step++) {
    // Each is one step behind the one before it, so that shared factors change between calls.
    bounds.forEach((bound, i) => runDecode(trial, bound, step + i))
  }
}

/** What is not the number of one of the rows. */
const NO_RESTS: readonly unknown[] = [-1, RESTS, 0.5, Number.NaN, '1', true, null, undefined]

/** A rest that is none is refused, whatever was called before. */
async function wrongRests(trial: Trial, control: RawCall): Promise<void> {
  const { pairs, seed } = control
  const { call, bind } = decodeCall(trial, control)
  const factors = new Factors(pairs, 1, seed)
  factors.seek(1)
  for (const origin of originsOf(trial)) {
    const prepared = prepare(trial, { ...call, origin })
    const run = bind(prepared, factors)
    if (run === undefined) continue
    run(5)
    const check = watch(prepared)
    for (const rest of NO_RESTS) {
      await expectRefusal(['INVALID_POSITIONS'], () => run(rest as number))
      check()
    }
  }
}

const SIDES = ['q.source', 'k.source', 'q.target', 'k.target'] as const

type Side = (typeof SIDES)[number]

function elementsAt(views: readonly View[], side: Side): Elements {
  const view = views[side.startsWith('q') ? 0 : 1] as View
  return side.endsWith('source') ? view.source : view.target
}

/** Over all cases often enough for an engine to compile what checks the memory. */
const CALLS_BEFORE = 60

/** How a call comes to be made again and again. */
type Binding = (kernel: Kernel, prepared: PreparedCall) => (() => void) | undefined

const BINDINGS: Readonly<Record<string, Binding>> = {
  run: (kernel, prepared) => () => {
    void kernel.run(prepared)
  },
  bind: (kernel, prepared) => bindOf(kernel)(prepared),
  'bind-moving': (kernel, prepared) => {
    const factors = new Factors(prepared.rotation.pairs, 1, 3)
    factors.seek(1)
    const run = bindDecodeOf(kernel)(prepared, factors)
    return run && (() => run(5))
  },
}

/** Everything that a call may write to, but memory that is gone. */
function watch({ operands }: PreparedCall, gone?: Elements): () => void {
  const arenas = operands
    .flatMap(({ source, target }) => [source.arena, target.arena])
    .filter(({ data }) => data !== gone)
  const before = arenas.map(snapshot)
  return () =>
    arenas.forEach((arena, i) => {
      checkUnchanged(arena, before[i] as Elements, 'memory beside that which was gone')
    })
}

/** Memory goes away after it was bound. */
async function detachedAfter(
  binding: Binding,
  prepared: PreparedCall,
  kernel: Kernel,
  side: Side,
): Promise<void> {
  const run = binding(kernel, prepared)
  if (run === undefined) return
  for (let i = 0; i < CALLS_BEFORE; i++) run()
  const gone = elementsAt(prepared.views, side)
  if (!tryDetach(gone)) return
  const checkRest = watch(prepared, gone)
  for (let i = 0; i < 3; i++) await expectRefusal(['INVALID_TENSOR'], run)
  checkRest()
}

/** Memory is gone already: bind may say so, or the first call; where it binds nothing, neither. */
async function detachedBefore(
  binding: Binding,
  prepared: PreparedCall,
  kernel: Kernel,
  side: Side,
): Promise<void> {
  if (binding(kernel, prepared) === undefined) return
  const gone = elementsAt(prepared.views, side)
  if (!tryDetach(gone)) return
  const checkRest = watch(prepared, gone)
  let isBound = true
  const attempt = (): void => {
    const run = binding(kernel, prepared)
    isBound = run !== undefined
    run?.()
  }
  await expectRefusal(['INVALID_TENSOR'], () => {
    attempt()
    if (!isBound) throw new RopeError('INVALID_TENSOR', 'these arrays cannot be had')
  })
  checkRest()
}

/** An array becomes too short after it was bound. */
async function shrunk(
  binding: Binding,
  prepared: PreparedCall,
  kernel: Kernel,
  side: Side,
): Promise<void> {
  const old = elementsAt(prepared.views, side)
  const made = shrinkable(prepared.plan.dtype, old.length)
  if (made === undefined) return
  const views = prepared.views.map((view, i) => {
    if (i !== (side.startsWith('q') ? 0 : 1)) return view
    return { ...view, [side.endsWith('source') ? 'source' : 'target']: made.elements }
  })
  const run = binding(kernel, { ...prepared, views })
  if (run === undefined) return
  for (let i = 0; i < CALLS_BEFORE; i++) run()
  made.shrink()
  const checkRest = watch(prepared, old)
  await expectRefusal(['INVALID_TENSOR'], run)
  checkRest()
}

const LOSSES = { detachedAfter, detachedBefore, shrunk } as const

async function losesMemory(trial: Trial, control: RawCall, binding: Binding): Promise<void> {
  if (trial.backend.device === 'gpu') unsupported('calls that have finished are for CPU backends')
  const call: RawCall = { ...control, inPlace: false, batch: 1, tokens: 1 }
  const kernel = compileClaimed(trial, prepare(trial, call).plan)
  for (const origin of originsOf(trial)) {
    for (const lose of Object.values(LOSSES)) {
      await tryEach(Object.fromEntries(SIDES.map((side) => [side, side])), async (side) => {
        const prepared = prepare(trial, { ...call, origin })
        const own = JSON.stringify(prepared.plan) === JSON.stringify(prepare(trial, call).plan)
        await lose(binding, prepared, own ? kernel : compileClaimed(trial, prepared.plan), side)
      })
    }
  }
}

const HEADS = [2, 1]

function kernelCase(
  name: string,
  pairing: PairingName,
  dtype: DType,
  run: (trial: Trial, control: RawCall) => void | Promise<void>,
): ConformanceCase {
  const id = `bound-kernels/${name}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const sizes = { batch: 2, tokens: 3, heads: HEADS, windowOffset: 1, headDim: 19, pairs: 8 }
    await run(trial, { ...RAW_CONTROL, ...sizes, pairing, dtype, seed: seedOf(id) })
  })
}

/** Bound calls of kernels: in turn, and when memory goes. */
export function boundKernelsCases(): readonly ConformanceCase[] {
  return KINDS.flatMap(([pairing, dtype]) => [
    kernelCase('in-turn', pairing, dtype, inTurn),
    kernelCase('moving', pairing, dtype, moving),
    kernelCase('wrong-rests', pairing, dtype, wrongRests),
    ...Object.entries(BINDINGS).map(([name, binding]) =>
      kernelCase(`lost-memory/${name}`, pairing, dtype, (trial, control) =>
        losesMemory(trial, control, binding),
      ),
    ),
  ])
}

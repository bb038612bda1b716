/**
 * Bound ropes: a decode loop on fixed memory, beside others, at positions that are easily taken
 * for one another. Every call must give the bits of a direct one; CPU backends only.
 */
import { type RopeConfig, resolveConfig } from '../../config/config.js'
import type { PairingName } from '../../contract/pairing.js'
import type { DType, Elements } from '../../numbers/dtype.js'
import type { RotateTensors } from '../../plan/plan.js'
import type { Tensor } from '../../plan/tensor.js'
import type { BoundRope } from '../../rope/bound.js'
import type { Rope } from '../../rope/rope.js'
import { onFresh } from '../calls/fresh.js'
import { needDType } from '../calls/numbers.js'
import { subjectRope } from '../calls/perform.js'
import { type ConformanceCase, check, defineCase, type Trial, unsupported } from '../case.js'
import { acquire, type Origin } from '../memory/arena.js'
import { bitsOf } from '../memory/elements.js'
import { ordinaryElements } from '../memory/inputs.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

/** The tensors of a call: so many tokens, with these heads in q and in k. */
interface Shape {
  readonly tokens: number
  readonly heads: readonly [number, number]
  readonly inverse?: boolean
  readonly out?: boolean
}

interface Setting {
  readonly trial: Trial
  readonly dtype: DType
  readonly config: RopeConfig
  readonly seed: number
}

/** Memory that a call is bound to. */
interface Place {
  readonly tensors: RotateTensors
  /** Puts the numbers back that are to be rotated. */
  readonly fill: () => void
  readonly results: readonly Elements[]
}

function placeOf(setting: Setting, shape: Shape, origin: Origin): Place {
  const { trial, dtype, config, seed } = setting
  const { tokens, heads, inverse = false, out = false } = shape
  const lengths = heads.map((count) => tokens * count * config.headDim)
  const inputs = lengths.map((length, i) => ordinaryElements(dtype, length, seed + i))
  const [q, k] = lengths.map((length, i): Tensor & { readonly data: Elements } => ({
    data: acquire(trial.backend, dtype, length, origin),
    dtype,
    shape: [1, tokens, heads[i] as number, config.headDim],
    layout: 'bshd',
  })) as [Tensor & { readonly data: Elements }, Tensor & { readonly data: Elements }]
  const again = (tensor: typeof q): typeof q => ({
    ...tensor,
    data: acquire(trial.backend, dtype, tensor.data.length, origin),
  })
  const target = out ? { q: again(q), k: again(k) } : { q, k }
  return {
    tensors: { q, k, inverse, ...(out ? { out: target } : {}) },
    fill() {
      q.data.set(inputs[0] as Elements)
      k.data.set(inputs[1] as Elements)
    },
    results: [target.q.data, target.k.data],
  }
}

/** A bound call and what it is compared with. */
class Loop {
  readonly #setting: Setting
  readonly #shape: Shape
  readonly #place: Place
  readonly #bound: BoundRope
  readonly #other: Rope

  /** @param other another rope of the same config, which makes the direct calls */
  constructor(setting: Setting, rope: Rope, other: Rope, shape: Shape, origin: Origin) {
    this.#setting = setting
    this.#shape = shape
    this.#place = placeOf(setting, shape, origin)
    this.#bound = rope.bind(this.#place.tensors)
    this.#other = other
  }

  /** Makes the bound call and the same directly. */
  check(position: number, what = 'the bound call'): void {
    const direct = placeOf(this.#setting, this.#shape, 'local')
    direct.fill()
    this.#other.at(position).rotate(direct.tensors)
    this.#place.fill()
    this.#bound.rotate(position)
    direct.results.forEach((expected, i) => {
      const left = bitsOf(this.#place.results[i] as Elements)
      const right = bitsOf(expected)
      const at = left.findIndex((bits: number | bigint, j: number) => bits !== right[j])
      check(at === -1, () => {
        const tensor = i === 0 ? 'q' : 'k'
        return `${what} at ${position} differs from a direct one, in ${tensor} at element ${at}`
      })
    })
  }
}

/** Two ropes of one config: one to bind, one to compare with. */
async function ropesOf(setting: Setting): Promise<readonly [Rope, Rope]> {
  const { trial, config } = setting
  return [await subjectRope(trial, config), await subjectRope(trial, config)]
}

function originsOf({ trial }: Setting): readonly Origin[] {
  return trial.backend.allocate === undefined ? ['local'] : ['local', 'allocated']
}

const TOKEN: Shape = { tokens: 1, heads: [2, 1] }
const TOKENS: Shape = { tokens: 5, heads: [2, 1] }

/** Which of two loops is next, and at which position. */
const TURNS: readonly (readonly [0 | 1, number])[] = [
  [0, 5],
  [1, -5],
  [0, 5],
  [1, 5],
  [0, -5],
  [0, 64],
  [1, -64],
  [0, 64],
  [1, 64],
  [1, 131071],
  [0, -64],
  [0, -64],
  [1, 0],
  [0, 7.5],
  [1, -7.5],
  [0, 131071],
]

type Body = (setting: Setting) => Promise<void>

function takeTurns(loops: readonly [Loop, Loop]): void {
  for (const [which, position] of TURNS) {
    loops[which].check(position, `of two bound calls, the ${which === 0 ? 'first' : 'second'}`)
  }
}

/** Two bound calls of one rope, of one size and of two, in memory of one origin and of two. */
const inTurn: Body = async (setting) => {
  const [rope, other] = await ropesOf(setting)
  const origins = originsOf(setting)
  for (const [a, b] of [
    [TOKEN, TOKEN],
    [TOKENS, TOKENS],
    [TOKEN, TOKENS],
  ] as const) {
    for (const first of origins) {
      for (const second of origins) {
        takeTurns([
          new Loop(setting, rope, other, a, first),
          new Loop(setting, rope, other, b, second),
        ])
      }
    }
  }
}

/** Bound calls of two ropes whose tables differ. */
const twoRopes: Body = async (setting) => {
  const [rope, other] = await ropesOf(setting)
  const base = { type: 'default', base: 300 } as const
  const slower = { ...setting, config: resolveConfig({ ...setting.config, schedule: base }) }
  const [slowRope, slowOther] = await ropesOf(slower)
  for (const shape of [TOKEN, TOKENS]) {
    for (const origin of originsOf(setting)) {
      takeTurns([
        new Loop(setting, rope, other, shape, origin),
        new Loop(slower, slowRope, slowOther, shape, origin),
      ])
    }
  }
}

/** Positions with their opposites, within a block of 64 and at its edges. */
const OPPOSITES = [1, 5, 63, 64, 65, 128, 130, 4096, 131071, 0.5, 2 ** 31].flatMap((position) => [
  position,
  -position,
  position,
])

/** Blocks with those that look like them: in sign, in their last 8, 16, 32 bits, as float32. */
const ALIKE_BLOCKS = [
  [3, -3],
  [3, 3 + 2 ** 8],
  [3, 3 + 2 ** 16],
  [-3, 2 ** 16 - 3],
  [3, 3 + 2 ** 31],
  [3, 3 + 2 ** 32],
  [2 ** 24, 2 ** 24 + 1],
  [1, 0],
  [-1, 0],
].flatMap(([a = 0, b = 0]) => [64 * a + 9, 64 * b + 9, 64 * a + 9])

function positionsBody(positions: readonly number[]): Body {
  return async (setting) => {
    const [rope, other] = await ropesOf(setting)
    for (const shape of [TOKEN, TOKENS]) {
      for (const origin of originsOf(setting)) {
        const loop = new Loop(setting, rope, other, shape, origin)
        for (const position of positions) loop.check(position)
      }
    }
  }
}

/** Bound calls that differ in everything, more of them than anybody keeps at hand. */
const several: Body = async (setting) => {
  const [rope, other] = await ropesOf(setting)
  const shapes: readonly Shape[] = [
    TOKEN,
    { tokens: 1, heads: [1, 2] },
    { tokens: 1, heads: [2, 1], inverse: true },
    { tokens: 1, heads: [2, 1], out: true },
    { tokens: 3, heads: [2, 1] },
    { tokens: 3, heads: [2, 1], out: true, inverse: true },
  ]
  for (const origin of originsOf(setting)) {
    const loops = shapes.map((shape) => new Loop(setting, rope, other, shape, origin))
    // Each in turn is the first to come to a block of positions, and the others follow it there.
    for (const [turn, position] of [3, 900, -3, 5000, 131, -900].entries()) {
      for (const loop of [...loops.slice(turn), ...loops.slice(0, turn)]) loop.check(position)
    }
  }
}

/** Direct calls between bound ones, of the same rope and with tensors like theirs. */
const betweenDirect: Body = async (setting) => {
  const [rope, other] = await ropesOf(setting)
  for (const shape of [TOKEN, TOKENS]) {
    const loop = new Loop(setting, rope, other, shape, 'local')
    for (const position of [3, 70, -3, 3]) {
      loop.check(position)
      const { tensors, fill } = placeOf(setting, shape, 'local')
      fill()
      rope.rotate({ ...tensors, positions: position + 100 })
      loop.check(position, 'after a direct call, the bound call')
    }
  }
}

/**
 * More tokens than go into any window of rows at once; on a backend of its own, where the first
 * memory that it allocates lies next to its windows.
 */
const manyTokens: Body = (setting) =>
  onFresh(setting.trial, async (trial) => {
    const all = { headDim: 128, rotaryDim: 128, windowOffset: 0 }
    const wide: Setting = {
      ...setting,
      trial,
      config: resolveConfig({ ...setting.config, ...all }),
    }
    const [rope, other] = await ropesOf(wide)
    for (const origin of originsOf(wide)) {
      for (const tokens of [40, 1200]) {
        const loop = new Loop(wide, rope, other, { tokens, heads: [1, 1] }, origin)
        for (const position of [0, 1000]) loop.check(position)
      }
    }
  })

const BODIES: Readonly<Record<string, Body>> = {
  'in-turn': inTurn,
  'two-ropes': twoRopes,
  opposites: positionsBody(OPPOSITES),
  'alike-blocks': positionsBody(ALIKE_BLOCKS),
  several,
  'between-direct': betweenDirect,
}

const HEAD_DIM = 12

function boundCase(name: string, body: Body, pairing: PairingName, dtype: DType): ConformanceCase {
  const id = `bound/${name}/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    if (trial.backend.device === 'gpu') unsupported('bind is for CPU backends')
    const config = resolveConfig({
      headDim: HEAD_DIM,
      pairing,
      schedule:
        name === 'many-tokens'
          ? { type: 'default', base: 10000 }
          : {
              type: 'custom',
              inverseFrequencies: Array.from({ length: HEAD_DIM / 2 }, (_, i) => 0.37 ** i),
              attentionFactor: 1.1,
            },
    })
    await body({ trial, dtype, config, seed: seedOf(id) })
  })
}

/** Bound calls of ropes. */
export function boundRopesCases(): readonly ConformanceCase[] {
  return [
    ...KINDS.flatMap(([pairing, dtype]) =>
      Object.entries(BODIES).map(([name, body]) => boundCase(name, body, pairing, dtype)),
    ),
    boundCase('many-tokens', manyTokens, 'half', 'float32'),
    boundCase('many-tokens', manyTokens, 'interleaved', 'bfloat16'),
  ]
}

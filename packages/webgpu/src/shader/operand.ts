/**
 * WGSL for one operand: the walk of an invocation over its strip of heads, turning the words of its
 * column, or copying a column outside the window.
 */
import { load, store } from './memory.js'
import { number } from './numbers.js'
import type { OperandSpec, ShaderSpec } from './spec.js'
import { block, indent, type Lines, when } from './text.js'

/** Names of what one head needs: a suffix keeps heads in flight apart. */
interface Head {
  readonly index: string
  readonly suffix: string
}

type Side = 'source' | 'target'

function sidesOf({ inPlace }: ShaderSpec): readonly Side[] {
  return inPlace ? ['source'] : ['source', 'target']
}

/** Where the heads of this token begin, in accesses. */
function bases(spec: ShaderSpec, name: string): Lines {
  return sidesOf(spec).flatMap((side) => {
    const strides = `shape.${name}.${side}_strides`
    return [
      `let ${side}_start = call.${name}_${side}`,
      `  + place.batch * ${strides}.batch + place.token * ${strides}.token;`,
    ]
  })
}

/** Where the words of a column lie within a head, per side; a constant in all but single elements. */
function offsets(spec: ShaderSpec, name: string, column: string): Lines {
  if (spec.access !== 'element') return [`let column = ${column};`]
  return sidesOf(spec).flatMap((side) => [
    `let ${side}_column = (${column}) * shape.${name}.${side}_strides.channel;`,
  ])
}

function columnOf(spec: ShaderSpec, side: Side): string {
  return spec.access === 'element' ? `${side}_column` : 'column'
}

/** The distance from x to y. */
function partnerOf(spec: ShaderSpec, name: string, side: Side): string {
  const partner = number(spec, 'partner')
  return spec.access === 'element' ? `${partner} * shape.${name}.${side}_strides.channel` : partner
}

function addresses(spec: ShaderSpec, name: string, { index, suffix }: Head): Lines {
  return sidesOf(spec).map(
    (side) => `let ${side}_at${suffix} = ${side}_start + ${columnOf(spec, side)} + ${index} * shape.${name}.${side}_strides.head;`,
  )
}

function targetSide({ inPlace }: ShaderSpec): Side {
  return inPlace ? 'source' : 'target'
}

interface Moves {
  readonly loads: (head: Head) => Lines
  readonly stores: (head: Head) => Lines
}

/** Loads and stores of a head that is turned. */
function turnMoves(spec: ShaderSpec, operand: OperandSpec, members: readonly string[]): Moves {
  const { name, source, target } = operand
  const to = targetSide(spec)
  const shift = (side: Side, member: string): string =>
    member === 'y' ? ` + ${partnerOf(spec, name, side)}` : ''
  const keeps = spec.positions?.outOfRange === 'skip' && !spec.inPlace
  const kept = (before: string, after: string): string =>
    keeps ? `select(${before}, ${after}, place.known)` : after
  return {
    loads: (head) => [
      ...addresses(spec, name, head),
      ...members.map(
        (member) =>
          `let ${member}${head.suffix} = ${load(spec, source, `source_at${head.suffix}${shift('source', member)}`)};`,
      ),
    ],
    stores: ({ suffix }) => [
      `let turned${suffix} = turn_words(${members.map((member) => `${member}${suffix}`).join(', ')}, turn);`,
      ...members.map((member) => {
        const after = members.length === 1 ? `turned${suffix}` : `turned${suffix}.${member}`
        const at = `${to}_at${suffix}${shift(to, member)}`
        return store(spec, target, at, kept(`${member}${suffix}`, after))
      }),
    ],
  }
}

/** Loads and stores of a head that is copied. */
function copyMoves(spec: ShaderSpec, { name, source, target }: OperandSpec): Moves {
  return {
    loads: (head) => [
      ...addresses(spec, name, head),
      `let words${head.suffix} = ${load(spec, source, `source_at${head.suffix}`)};`,
    ],
    stores: ({ suffix }) => [store(spec, target, `target_at${suffix}`, `words${suffix}`)],
  }
}

const ONE_HEAD: Head = { index: 'head', suffix: '' }

/** A loop over the strip's heads, some of them at once: all loads, then all stores. */
function headLoop({ unroll }: ShaderSpec, name: string, { loads, stores }: Moves): Lines {
  const together = Array.from({ length: unroll }, (_, i): Head => {
    return { index: i === 0 ? 'head' : `(head + ${i}u)`, suffix: `_${i}` }
  })
  const step = `${unroll}u`
  const strip = [
    'let first = place.strip * shape.heads_per_invocation;',
    `let last = min(first + shape.heads_per_invocation, shape.${name}.heads);`,
  ]
  const single = [...loads(ONE_HEAD), ...stores(ONE_HEAD)]
  if (unroll === 1) return [...strip, ...block('for (var head = first; head < last; head++)', single)]
  return [
    ...strip,
    'var head = first;',
    ...block(`for (; head + ${step} <= last; head += ${step})`, [
      ...together.flatMap(loads),
      ...together.flatMap(stores),
    ]),
    ...block('for (; head < last; head++)', single),
  ]
}

function turnFunction(spec: ShaderSpec, operand: OperandSpec, members: readonly string[]): Lines {
  const { name } = operand
  const window = number(spec, 'window')
  const pair = spec.access === 'element' ? `place.column * ${number(spec, 'step')}` : 'place.column'
  const column = `${window} + ${pair}`
  return block(`fn turn_${name}(place: Place, turn: Turn)`, [
    ...bases(spec, name),
    ...offsets(spec, name, column),
    ...headLoop(spec, name, turnMoves(spec, operand, members)),
  ])
}

function copyFunction(spec: ShaderSpec, operand: OperandSpec): Lines {
  const { name } = operand
  const window = number(spec, 'window')
  const beyond = `outside + ${number(spec, 'windowSize')}`
  return block(`fn copy_${name}(place: Place)`, [
    `let outside = place.column - ${number(spec, 'rotated')};`,
    ...bases(spec, name),
    ...offsets(spec, name, `select(outside, ${beyond}, outside >= ${window})`),
    ...headLoop(spec, name, copyMoves(spec, operand)),
  ])
}

/** The functions of one operand. */
export function operandFunctions(
  spec: ShaderSpec,
  operand: OperandSpec,
  members: readonly string[],
): readonly Lines[] {
  return [
    turnFunction(spec, operand, members),
    when(spec.copies, copyFunction(spec, operand)),
  ]
}

/** Statements that call `verb_q` or `verb_k`, whichever the strip belongs to. */
export function chooseOperand({ operands }: ShaderSpec, call: (name: string) => string): Lines {
  const [first, second] = operands
  if (first === undefined) return []
  if (second === undefined) return [call(first.name)]
  return [
    `if (place.strip < shape.${first.name}.strips) {`,
    ...indent([call(first.name)]),
    '} else {',
    ...indent([`place.strip -= shape.${first.name}.strips;`, call(second.name)]),
    '}',
  ]
}

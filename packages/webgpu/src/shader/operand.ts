/**
 * WGSL for one operand: the walk of an invocation over its strip of heads, turning the words of its
 * column, or copying a column outside the window.
 */
import { load, store } from './memory.js'
import { number } from './numbers.js'
import type { OperandSpec, ShaderSpec } from './spec.js'
import { block, indent, type Lines, when } from './text.js'

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
function offsets(spec: ShaderSpec, name: string, column: string, withPartner: boolean): Lines {
  if (spec.access !== 'element') return [`let column = ${column};`]
  return [
    `let channel = ${column};`,
    ...sidesOf(spec).flatMap((side) => {
      const stride = `shape.${name}.${side}_strides.channel`
      return [
        `let ${side}_column = channel * ${stride};`,
        ...when(withPartner, [`let ${side}_partner = ${number(spec, 'partner')} * ${stride};`]),
      ]
    }),
  ]
}

function columnOf(spec: ShaderSpec, side: Side): string {
  return spec.access === 'element' ? `${side}_column` : 'column'
}

/** The distance from x to y. */
function partnerOf(spec: ShaderSpec, side: Side): string {
  return spec.access === 'element' ? `${side}_partner` : number(spec, 'partner')
}

function addresses(spec: ShaderSpec, name: string): Lines {
  return sidesOf(spec).map(
    (side) =>
      `let ${side}_at = ${side}_start + ${columnOf(spec, side)} + head * shape.${name}.${side}_strides.head;`,
  )
}

function targetSide({ inPlace }: ShaderSpec): Side {
  return inPlace ? 'source' : 'target'
}

/** Loads, turns and stores the words of one head. */
function turnHead(spec: ShaderSpec, operand: OperandSpec, members: readonly string[]): Lines {
  const { name, source, target } = operand
  const to = targetSide(spec)
  const at = (side: Side, member: string): string =>
    member === 'y' ? `${side}_at + ${partnerOf(spec, side)}` : `${side}_at`
  const keeps = spec.positions?.outOfRange === 'skip' && !spec.inPlace
  const result = (member: string): string => {
    const after = members.length === 1 ? 'turned' : `turned.${member}`
    return keeps ? `select(${member}, ${after}, place.known)` : after
  }
  return [
    ...addresses(spec, name),
    ...members.map((member) => `let ${member} = ${load(spec, source, at('source', member))};`),
    `let turned = turn_words(${members.join(', ')}, turn);`,
    ...members.map((member) => store(spec, target, at(to, member), result(member))),
  ]
}

/** Copies the words of one head. */
function copyHead(spec: ShaderSpec, { name, source, target }: OperandSpec): Lines {
  return [
    ...addresses(spec, name),
    store(spec, target, 'target_at', load(spec, source, 'source_at')),
  ]
}

/** A loop over the strip's heads. */
function headLoop(name: string, body: Lines): Lines {
  return [
    'let first = place.strip * shape.heads_per_invocation;',
    `let last = min(first + shape.heads_per_invocation, shape.${name}.heads);`,
    ...block('for (var head = first; head < last; head++)', body),
  ]
}

function turnFunction(spec: ShaderSpec, operand: OperandSpec, members: readonly string[]): Lines {
  const { name } = operand
  const window = number(spec, 'window')
  const pair = spec.access === 'element' ? `place.column * ${number(spec, 'step')}` : 'place.column'
  const column = `${window} + ${pair}`
  return block(`fn turn_${name}(place: Place, turn: Turn)`, [
    ...bases(spec, name),
    ...offsets(spec, name, column, true),
    ...headLoop(name, turnHead(spec, operand, members)),
  ])
}

function copyFunction(spec: ShaderSpec, operand: OperandSpec): Lines {
  const { name } = operand
  const window = number(spec, 'window')
  const beyond = `outside + ${number(spec, 'windowSize')}`
  return block(`fn copy_${name}(place: Place)`, [
    `let outside = place.column - ${number(spec, 'rotated')};`,
    ...bases(spec, name),
    ...offsets(spec, name, `select(outside, ${beyond}, outside >= ${window})`, false),
    ...headLoop(name, copyHead(spec, operand)),
  ])
}

/** The functions of one operand. */
export function operandFunctions(
  spec: ShaderSpec,
  operand: OperandSpec,
  members: readonly string[],
): readonly Lines[] {
  return [turnFunction(spec, operand, members), when(spec.copies, copyFunction(spec, operand))]
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

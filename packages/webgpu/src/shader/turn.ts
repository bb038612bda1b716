/**
 * WGSL for one column of a token: loading its cos and sin (once, for all heads), and turning the
 * words of one head by them.
 */
import { elementFunctions, halfFloatFunctions } from './half-float.js'
import { number } from './numbers.js'
import { type ShaderSpec, wordsOf } from './spec.js'
import { block, float, type Lines, unsigned } from './text.js'

type Lanes = 1 | 2 | 4

/** How a spec turns words. */
export interface Turning {
  /** The names of the words that are loaded and stored together: `x` and `y`, or all in one. */
  readonly members: readonly string[]
  /** WGSL declarations: `Turn`, `load_turn`, `turn_words` and what they need. */
  readonly declarations: readonly Lines[]
}

const SUM = { x: 'x * c - y * s', y: 'y * c + x * s' } as const

function expand(expression: string, x: string, y: string, cosine: string, sine: string): string {
  const names: Readonly<Record<string, string>> = { x, y, c: cosine, s: sine }
  return expression.replaceAll(/\b[xycs]\b/g, (name) => names[name] ?? name)
}

function turnStruct(type: string): Lines {
  return [
    '// The cos and sin of the channels that one invocation turns.',
    ...block('struct Turn', [`cosine: ${type},`, `sine: ${type},`]),
  ]
}

function loadTurn(spec: ShaderSpec): Lines {
  return block('fn load_turn(row: u32, column: u32) -> Turn', [
    `let at = call.rows + row * ${number(spec, 'row')} + column;`,
    `return Turn(rows[at], shape.direction * rows[at + ${number(spec, 'sine')}]);`,
  ])
}

function pairStruct(words: string): Lines {
  return block('struct Pair', [`x: ${words},`, `y: ${words},`])
}

/** Two loads per column, x and y apart: float32 and single elements. */
function separate(
  spec: ShaderSpec,
  words: string,
  widen: (name: string) => Lines,
  store: (value: string) => string,
  values: string,
): readonly Lines[] {
  return [
    turnStruct(values),
    loadTurn(spec),
    pairStruct(words),
    block(`fn turn_words(x_words: ${words}, y_words: ${words}, turn: Turn) -> Pair`, [
      ...widen('x'),
      ...widen('y'),
      `let x_turned = ${expand(SUM.x, 'x', 'y', 'turn.cosine', 'turn.sine')};`,
      `let y_turned = ${expand(SUM.y, 'x', 'y', 'turn.cosine', 'turn.sine')};`,
      `return Pair(${store('x_turned')}, ${store('y_turned')});`,
    ]),
  ]
}

function halfFloat32(spec: ShaderSpec, lanes: Lanes): Turning {
  const words = unsigned(lanes)
  const widen = (name: string): Lines => [`let ${name} = bitcast<${float(lanes)}>(${name}_words);`]
  const store = (value: string): string => `bitcast<${words}>(${value})`
  return { members: ['x', 'y'], declarations: separate(spec, words, widen, store, float(lanes)) }
}

function elementHalfFloat(spec: ShaderSpec, dtype: 'float16' | 'bfloat16'): Turning {
  const widen = (name: string): Lines => [`let ${name} = low(${name}_words);`]
  return {
    members: ['x', 'y'],
    declarations: [
      ...elementFunctions(dtype),
      ...separate(spec, 'u32', widen, (value) => `narrow(${value})`, 'f32'),
    ],
  }
}

/** x and y alternate in memory: word by word in float32. */
function interleavedFloat32(spec: ShaderSpec, lanes: 2 | 4): Turning {
  const half = lanes === 4 ? 2 : 1
  const [x, y] = lanes === 4 ? ['words.xz', 'words.yw'] : ['words.x', 'words.y']
  const value = float(half)
  const result = lanes === 4 ? 'vec4u(a.x, b.x, a.y, b.y)' : 'vec2u(a, b)'
  return {
    members: ['words'],
    declarations: [
      turnStruct(value),
      loadTurn(spec),
      block(`fn turn_words(words: ${unsigned(lanes)}, turn: Turn) -> ${unsigned(lanes)}`, [
        `let x = bitcast<${value}>(${x});`,
        `let y = bitcast<${value}>(${y});`,
        `let a = bitcast<${unsigned(half)}>(${expand(SUM.x, 'x', 'y', 'turn.cosine', 'turn.sine')});`,
        `let b = bitcast<${unsigned(half)}>(${expand(SUM.y, 'x', 'y', 'turn.cosine', 'turn.sine')});`,
        `return ${result};`,
      ]),
    ],
  }
}

/** x and y are the two halves of every word. */
function interleavedHalfFloat(
  spec: ShaderSpec,
  dtype: 'float16' | 'bfloat16',
  lanes: Lanes,
): Turning {
  const words = unsigned(lanes)
  return {
    members: ['words'],
    declarations: [
      ...halfFloatFunctions(dtype, lanes, spec.nativeHalf),
      turnStruct(float(lanes)),
      loadTurn(spec),
      block(`fn turn_words(words: ${words}, turn: Turn) -> ${words}`, [
        'let x = low(words);',
        'let y = high(words);',
        `return join(${expand(SUM.x, 'x', 'y', 'turn.cosine', 'turn.sine')}, ${expand(SUM.y, 'x', 'y', 'turn.cosine', 'turn.sine')});`,
      ]),
    ],
  }
}

/** The even and the odd values of two row elements, as `low` and `high` order the channels. */
function evenAndOdd(lanes: Lanes, first: string, second: string): readonly [string, string] {
  if (lanes === 1) return [first, second]
  if (lanes === 2) return [`vec2f(${first}.x, ${second}.x)`, `vec2f(${first}.y, ${second}.y)`]
  return [`vec4f(${first}.xz, ${second}.xz)`, `vec4f(${first}.yw, ${second}.yw)`]
}

function loadTwoTurns(spec: ShaderSpec, lanes: Lanes): Lines {
  const [cosineLow, cosineHigh] = evenAndOdd(lanes, 'cosine_a', 'cosine_b')
  const [sineLow, sineHigh] = evenAndOdd(lanes, 'sine_a', 'sine_b')
  const sine = number(spec, 'sine')
  return block('fn load_turn(row: u32, column: u32) -> Turn', [
    `let at = call.rows + row * ${number(spec, 'row')} + 2u * column;`,
    'let cosine_a = rows[at];',
    'let cosine_b = rows[at + 1u];',
    `let sine_a = shape.direction * rows[at + ${sine}];`,
    `let sine_b = shape.direction * rows[at + ${sine} + 1u];`,
    'return Turn(',
    ...[cosineLow, cosineHigh, sineLow, sineHigh].map((value) => `  ${value},`),
    ');',
  ])
}

/** Words of two neighbouring x, and as many words of their y. */
function halfHalfFloat(spec: ShaderSpec, dtype: 'float16' | 'bfloat16', lanes: Lanes): Turning {
  const words = unsigned(lanes)
  const value = float(lanes)
  const side = (name: 'low' | 'high', sum: string): string =>
    expand(sum, `x_${name}`, `y_${name}`, `turn.cosine_${name}`, `turn.sine_${name}`)
  const fields = ['cosine_low', 'cosine_high', 'sine_low', 'sine_high'].map(
    (name) => `${name}: ${value},`,
  )
  return {
    members: ['x', 'y'],
    declarations: [
      ...halfFloatFunctions(dtype, lanes, spec.nativeHalf),
      [
        '// The cos and sin of the channels that one invocation turns: those in the low halves of',
        '// their words, and those in the high ones.',
        ...block('struct Turn', fields),
      ],
      loadTwoTurns(spec, lanes),
      pairStruct(words),
      block(`fn turn_words(x_words: ${words}, y_words: ${words}, turn: Turn) -> Pair`, [
        'let x_low = low(x_words);',
        'let x_high = high(x_words);',
        'let y_low = low(y_words);',
        'let y_high = high(y_words);',
        `let x_turned_low = ${side('low', SUM.x)};`,
        `let x_turned_high = ${side('high', SUM.x)};`,
        `let y_turned_low = ${side('low', SUM.y)};`,
        `let y_turned_high = ${side('high', SUM.y)};`,
        'return Pair(join(x_turned_low, x_turned_high), join(y_turned_low, y_turned_high));',
      ]),
    ],
  }
}

/** How a spec turns words. */
export function turningOf(spec: ShaderSpec): Turning {
  const { access, dtype, apart } = spec
  const lanes = wordsOf(access)
  if (dtype === 'float32') {
    return apart || lanes === 1 ? halfFloat32(spec, lanes) : interleavedFloat32(spec, lanes)
  }
  if (access === 'element') return elementHalfFloat(spec, dtype)
  return apart ? halfHalfFloat(spec, dtype, lanes) : interleavedHalfFloat(spec, dtype, lanes)
}

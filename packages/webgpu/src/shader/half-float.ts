/**
 * WGSL for 16-bit floats in 32-bit words: `low` and `high` widen the two halves of every word,
 * `narrow` rounds to nearest even into the low half, `join` puts two halves together. Rounding is
 * done in integers: what pack2x16float does with ties, and with numbers too large, WGSL leaves open.
 * Channel 2i lies in the low half of word i, since WebGPU memory is little-endian.
 */
import { block, float, type Lines, splat, unsigned } from './text.js'

type Lanes = 1 | 2 | 4

function define(name: string, parameters: string, result: string, body: Lines): Lines {
  return block(`fn ${name}(${parameters}) -> ${result}`, body)
}

const LANES = ['x', 'y', 'z', 'w'] as const

/** One value per word of `words`, from an expression in a word; a scalar is its own only word. */
function perWord(lanes: Lanes, expression: (word: string) => string): Lines {
  if (lanes === 1) return [`return ${expression('words')};`]
  const parts = LANES.slice(0, lanes).map((lane) => `  ${expression(`words.${lane}`)},`)
  return [`return ${float(lanes)}(`, ...parts, ');']
}

function join(lanes: Lanes): Lines {
  const body = `return narrow(low) | (narrow(high) << ${splat(lanes, '16u')});`
  return define('join', `low: ${float(lanes)}, high: ${float(lanes)}`, unsigned(lanes), [body])
}

function narrowFloat16(lanes: Lanes): Lines {
  const n = (value: string): string => splat(lanes, value)
  return [
    '// To nearest even. 0xc8000000 takes the exponent from a bias of 127 to one of 15; below 2^-14,',
    '// the sum with 0.5 leaves as many bits as a subnormal has.',
    ...define('narrow', `values: ${float(lanes)}`, unsigned(lanes), [
      `let bits = bitcast<${unsigned(lanes)}>(values);`,
      `let magnitude = bits & ${n('0x7fffffffu')};`,
      `let odd = (magnitude >> ${n('13u')}) & ${n('1u')};`,
      `let normal = (magnitude + ${n('0xc8000fffu')} + odd) >> ${n('13u')};`,
      `let subnormal = bitcast<${unsigned(lanes)}>(abs(values) + 0.5) - ${n('0x3f000000u')};`,
      `let finite = select(normal, subnormal, magnitude < ${n('0x38800000u')});`,
      `let bounded = min(finite, ${n('0x7c00u')});`,
      `let rounded = select(bounded, ${n('0x7e00u')}, magnitude > ${n('0x7f800000u')});`,
      `return rounded | ((bits >> ${n('16u')}) & ${n('0x8000u')});`,
    ]),
  ]
}

function unpack(name: 'low' | 'high', half: 'x' | 'y', lanes: Lanes): Lines {
  const body = perWord(lanes, (word) => `unpack2x16float(${word}).${half}`)
  return define(name, `words: ${unsigned(lanes)}`, float(lanes), body)
}

/** float16 by bit arithmetic, for devices without `shader-f16`. */
function packedFloat16(lanes: Lanes): readonly Lines[] {
  return [unpack('low', 'x', lanes), unpack('high', 'y', lanes), narrowFloat16(lanes), join(lanes)]
}

/** float16 by the device's own conversions. */
function nativeFloat16(lanes: Lanes): readonly Lines[] {
  const widen = (half: 'x' | 'y'): Lines =>
    perWord(lanes, (word) => `f32(bitcast<vec2<f16>>(${word}).${half})`)
  const pair = (lane: string): string => `bitcast<u32>(vec2<f16>(vec2f(low${lane}, high${lane})))`
  const joined =
    lanes === 1
      ? [`return ${pair('')};`]
      : [
          `return ${unsigned(lanes)}(`,
          ...LANES.slice(0, lanes).map((lane) => `  ${pair(`.${lane}`)},`),
          ');',
        ]
  return [
    define('low', `words: ${unsigned(lanes)}`, float(lanes), widen('x')),
    define('high', `words: ${unsigned(lanes)}`, float(lanes), widen('y')),
    define('join', `low: ${float(lanes)}, high: ${float(lanes)}`, unsigned(lanes), joined),
  ]
}

function narrowBFloat16(lanes: Lanes): Lines {
  const n = (value: string): string => splat(lanes, value)
  return [
    '// To nearest even; the carry of rounding must not turn a NaN into something else.',
    ...define('narrow', `values: ${float(lanes)}`, unsigned(lanes), [
      `let bits = bitcast<${unsigned(lanes)}>(values);`,
      `let odd = (bits >> ${n('16u')}) & ${n('1u')};`,
      `let rounded = (bits + ${n('0x7fffu')} + odd) >> ${n('16u')};`,
      `let is_nan = (bits & ${n('0x7fffffffu')}) > ${n('0x7f800000u')};`,
      `return select(rounded, (bits >> ${n('16u')}) | ${n('0x40u')}, is_nan);`,
    ]),
  ]
}

function lowBFloat16(lanes: Lanes): Lines {
  const shift = splat(lanes, '16u')
  return define('low', `words: ${unsigned(lanes)}`, float(lanes), [
    `return bitcast<${float(lanes)}>(words << ${shift});`,
  ])
}

function bfloat16(lanes: Lanes): readonly Lines[] {
  const upper = splat(lanes, '0xffff0000u')
  return [
    lowBFloat16(lanes),
    define('high', `words: ${unsigned(lanes)}`, float(lanes), [
      `return bitcast<${float(lanes)}>(words & ${upper});`,
    ]),
    narrowBFloat16(lanes),
    join(lanes),
  ]
}

/** The functions `low` and `narrow` alone, for an element in the low half of a word. */
export function elementFunctions(dtype: 'float16' | 'bfloat16'): readonly Lines[] {
  if (dtype === 'bfloat16') return [lowBFloat16(1), narrowBFloat16(1)]
  return [unpack('low', 'x', 1), narrowFloat16(1)]
}

/**
 * The functions `low`, `high`, `narrow` and `join` for words of a 16-bit dtype.
 *
 * @param lanes words at a time
 * @param native whether float16 may use the device's own conversions
 */
export function halfFloatFunctions(
  dtype: 'float16' | 'bfloat16',
  lanes: Lanes,
  native: boolean,
): readonly Lines[] {
  if (dtype === 'bfloat16') return bfloat16(lanes)
  return native ? nativeFloat16(lanes) : packedFloat16(lanes)
}

/**
 * A WebAssembly module of two loops, assembled by hand: no compiler is needed to know what an
 * engine's 128-bit vectors can do with memory. Binary format and opcodes:
 * https://webassembly.github.io/spec/core/binary/
 */

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

const I32 = 0x7f
const F32 = 0x7d
const V128 = 0x7b

const LOOP = [0x03, 0x40]
const END = 0x0b
const BRANCH_IF = 0x0d
const GET = 0x20
const SET = 0x21
const TEE = 0x22
const CONSTANT = 0x41
const LESS_UNSIGNED = 0x49
const ADD = 0x6a
const SUBTRACT = 0x6b
const VECTOR_LOAD = [0xfd, 0x00]
const VECTOR_STORE = [0xfd, 0x0b]
const VECTOR_SPLAT = [0xfd, 0x13]
const VECTOR_MULTIPLY = [0xfd, 0xe6, 0x01]
const MEMORY_COPY = [0xfc, 0x0a, 0x00, 0x00]

/** Bytes of one turn of the loop: four vectors. */
export const TURN_BYTES = 64

/**
 * Exports, over the imported memory `m.memory`:
 * - `scale(start, end, factor, repeat)`: multiplies the floats in [start, end), a positive multiple
 *   of 64 bytes, `repeat` times over;
 * - `copy(target, source, bytes, repeat)`: copies, `repeat` times over.
 */
export function limitModule(): Uint8Array {
  return Uint8Array.from([
    ...HEADER,
    ...section(1, vector([functionType([I32, I32, F32, I32]), functionType([I32, I32, I32, I32])])),
    // At least one page, any maximum.
    ...section(2, vector([[...text('m'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector([[0], [1]])),
    ...section(
      7,
      vector([
        [...text('scale'), 0x00, 0],
        [...text('copy'), 0x00, 1],
      ]),
    ),
    ...section(10, vector([sized(scaleBody()), sized(copyBody())])),
  ])
}

function scaleBody(): readonly number[] {
  const [start, end, factor, repeat, at, factors] = [0, 1, 2, 3, 4, 5]
  const vectors = [0, 16, 32, 48].flatMap((offset) => [
    GET,
    at,
    GET,
    at,
    ...VECTOR_LOAD,
    4,
    offset,
    GET,
    factors,
    ...VECTOR_MULTIPLY,
    ...VECTOR_STORE,
    4,
    offset,
  ])
  return [
    ...vector([
      [1, I32],
      [1, V128],
    ]),
    GET,
    factor,
    ...VECTOR_SPLAT,
    SET,
    factors,
    ...LOOP,
    GET,
    start,
    SET,
    at,
    ...LOOP,
    ...vectors,
    // 64 as a signed LEB128 takes two bytes.
    GET,
    at,
    CONSTANT,
    0xc0,
    0x00,
    ADD,
    TEE,
    at,
    GET,
    end,
    LESS_UNSIGNED,
    BRANCH_IF,
    0,
    END,
    ...countDown(repeat),
    END,
    END,
  ]
}

function copyBody(): readonly number[] {
  const [target, source, bytes, repeat] = [0, 1, 2, 3]
  return [
    ...vector([]),
    ...LOOP,
    GET,
    target,
    GET,
    source,
    GET,
    bytes,
    ...MEMORY_COPY,
    ...countDown(repeat),
    END,
    END,
  ]
}

/** `counter -= 1; if (counter) continue` */
function countDown(counter: number): readonly number[] {
  return [GET, counter, CONSTANT, 1, SUBTRACT, TEE, counter, BRANCH_IF, 0]
}

function functionType(parameters: readonly number[]): readonly number[] {
  return [0x60, ...vector(parameters.map((type) => [type])), 0x00]
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...sized(content)]
}

function vector(items: readonly (readonly number[])[]): readonly number[] {
  return [items.length, ...items.flat()]
}

function text(name: string): readonly number[] {
  return [name.length, ...Array.from(name, (character) => character.charCodeAt(0))]
}

/** Content after its length, an unsigned LEB128 of up to two bytes. */
function sized(content: readonly number[]): readonly number[] {
  const { length } = content
  const prefix = length < 128 ? [length] : [(length % 128) + 128, length >> 7]
  return [...prefix, ...content]
}

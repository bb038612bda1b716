/**
 * Tensors: from a user's structural view to sizes and strides. THE place for a new layout.
 * A layout is only an order of axes; past this file there are four strides and no layouts.
 */

import { checkFields, checkList, checkWord, isList, reject, rejectBecause, show } from '../check.js'
import type { Strides } from '../contract/backend.js'
import { bufferOf, byteOffsetOf, elementBytesOf, lengthOf } from '../memory.js'
import {
  checkDType,
  type DType,
  type Elements,
  resolveDType,
  type TensorData,
} from '../numbers/dtype.js'
import { elementsOf } from '../numbers/elements.js'
import { checkTensorFields } from './unread-fields.js'

/**
 * The order of a tensor's axes in memory: b batch, s sequence, h heads, d channels of a head,
 * t tokens of packed sequences. `flat` keeps heads and channels on one last axis.
 */
export type Layout = 'bshd' | 'bhsd' | 'sbhd' | 'thd' | 'flat'

/** A tensor as a plain structural view; any object of this shape will do. */
export interface Tensor {
  readonly data: TensorData
  /** Sizes along the layout's axes, such as [batch, tokens, heads, headDim] for bshd. */
  readonly shape: readonly number[]
  /** Axis order; may be left out when the rope has a default layout. */
  readonly layout?: Layout
  /** Elements between neighbours along each axis of `shape`; dense row-major when absent. */
  readonly strides?: readonly number[]
  /** First element, in elements from the start of `data`; 0 when absent. */
  readonly offset?: number
  /** Must be stated for a Uint16Array. */
  readonly dtype?: DType
  /** Not read: other libraries' words for strides, shape and offset are refused. */
  readonly stride?: never
  readonly dims?: never
  readonly byteOffset?: never
}

/**
 * Memory by its measures alone: those of a typed array, or of memory that the CPU cannot see, such
 * as a part of a GPU buffer. Two pieces can only meet when `buffer` is the same object.
 */
export interface Memory {
  readonly buffer: object
  /** Start of this piece, in bytes from the start of `buffer`; a multiple of BYTES_PER_ELEMENT. */
  readonly byteOffset: number
  readonly BYTES_PER_ELEMENT: number
  /** Elements in this piece. */
  readonly length: number
}

/** A tensor like `Tensor`, over memory that is no typed array; its dtype must be stated. */
export interface MemoryTensor extends Omit<Tensor, 'data' | 'dtype'> {
  readonly memory: Memory
  readonly dtype: DType
}

/** A tensor brought to four sizes and four strides. */
export interface ResolvedTensor {
  readonly memory: Memory
  /** The array with these measures; undefined for memory that is none. */
  readonly elements: Elements | undefined
  readonly dtype: DType
  readonly offset: number
  readonly batch: number
  readonly tokens: number
  readonly heads: number
  readonly strides: Strides
}

type Shaped = Omit<Tensor, 'data' | 'dtype'>

type Axis = 'batch' | 'token' | 'head' | 'channel'

/** Every layout as its axes from outermost to innermost; `flat` is unfolded before. */
export const AXES: Readonly<Record<Exclude<Layout, 'flat'>, readonly Axis[]>> = {
  bshd: ['batch', 'token', 'head', 'channel'],
  bhsd: ['batch', 'head', 'token', 'channel'],
  sbhd: ['token', 'batch', 'head', 'channel'],
  thd: ['token', 'head', 'channel'],
}

/** Every layout by name. */
export const LAYOUTS: readonly Layout[] = ['bshd', 'bhsd', 'sbhd', 'thd', 'flat']

/** What the sizes of a shape are, by layout, for messages. */
export const SHAPES: Readonly<Record<Layout, string>> = {
  bshd: '[batch, tokens, heads, headDim]',
  bhsd: '[batch, heads, tokens, headDim]',
  sbhd: '[tokens, batch, heads, headDim]',
  thd: '[tokens, heads, headDim]',
  flat: '[batch, tokens, heads * headDim] or [tokens, heads * headDim]',
}

/** Sizes of a tensor's axes, each read once; INVALID_TENSOR for anything else. */
export function checkSizes(shape: unknown, field: string): readonly number[] {
  if (!isList(shape)) return reject('INVALID_TENSOR', `${field}.shape`, shape, 'a list of sizes')
  return readAxes(shape, `${field}.shape`, 'a list of sizes', (size, axis) => {
    if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number
    return reject('INVALID_TENSOR', `${field}.shape[${axis}]`, size, 'a whole number, 0 or more')
  })
}

/** The entries of a list with one per axis. */
function readAxes(
  list: readonly unknown[],
  field: string,
  accepted: string,
  check: (value: unknown, axis: number) => number,
): readonly number[] {
  return Array.from(checkList(list, field, accepted, 'INVALID_TENSOR', MOST_AXES), check)
}

/** Any layout has fewer. */
const MOST_AXES = 8

function chooseLayout(tensor: Shaped, fallback: Layout | undefined, field: string): Layout {
  const layout = tensor.layout ?? fallback
  if (layout !== undefined) {
    return checkWord(layout, `${field}.layout`, LAYOUTS, 'INVALID_TENSOR')
  }
  if (tensor.strides !== undefined)
    return checkSizes(tensor.shape, field).length === 3 ? 'thd' : 'bshd'
  return rejectBecause(
    'INVALID_TENSOR',
    `${field}.layout`,
    `is missing; accepted: ${LAYOUTS.join(', ')} (on the tensor, or once for all in createRope), or explicit strides`,
  )
}

function checkStrides(tensor: Shaped, shape: readonly number[], field: string): readonly number[] {
  const { strides } = tensor
  if (strides === undefined) return denseStrides(shape)
  const accepted = `${shape.length} whole numbers, one per axis of shape`
  if (!isList(strides) || strides.length !== shape.length) {
    return reject('INVALID_TENSOR', `${field}.strides`, strides, accepted)
  }
  return readAxes(strides, `${field}.strides`, accepted, (stride, axis) => {
    if (Number.isSafeInteger(stride)) return stride as number
    return reject('INVALID_TENSOR', `${field}.strides[${axis}]`, stride, 'a whole number')
  })
}

function denseStrides(shape: readonly number[]): readonly number[] {
  let stride = 1
  return shape
    .slice()
    .reverse()
    .map((size) => {
      const own = stride
      stride *= size
      return own
    })
    .reverse()
}

/** Unfolds the last axis of `flat` into heads and channels, so that it becomes bshd or thd. */
function unfold(
  shape: readonly number[],
  strides: readonly number[],
  headDim: number,
  field: string,
): Unfolded {
  const hidden = shape.at(-1) ?? 0
  if (hidden % headDim !== 0) {
    rejectBecause(
      'INVALID_TENSOR',
      `${field}.shape`,
      `is ${show(shape)}: the last axis must be a multiple of headDim ${headDim} for layout 'flat'`,
    )
  }
  const channel = strides.at(-1) ?? 1
  return {
    layout: shape.length === 3 ? 'bshd' : 'thd',
    shape: [...shape.slice(0, -1), hidden / headDim, headDim],
    strides: [...strides.slice(0, -1), channel * headDim, channel],
  }
}

interface Unfolded {
  readonly layout: Exclude<Layout, 'flat'>
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

function unfoldLayout(tensor: Shaped, layout: Layout, headDim: number, field: string): Unfolded {
  const shape = checkSizes(tensor.shape, field)
  const ranks = layout === 'flat' ? [2, 3] : [AXES[layout].length]
  if (!ranks.includes(shape.length)) {
    rejectBecause(
      'INVALID_TENSOR',
      `${field}.shape`,
      `is ${show(shape)}; accepted for layout '${layout}': ${SHAPES[layout]}`,
    )
  }
  const strides = checkStrides(tensor, shape, field)
  if (layout === 'flat') return unfold(shape, strides, headDim, field)
  return { layout, shape, strides }
}

/** The measures of a typed array, by its internals. */
function measure(elements: Elements): Memory {
  return {
    buffer: bufferOf(elements),
    byteOffset: byteOffsetOf(elements),
    BYTES_PER_ELEMENT: elementBytesOf(elements),
    length: lengthOf(elements),
  }
}

function resolveMemory(
  tensor: Tensor | MemoryTensor,
  field: string,
): Pick<ResolvedTensor, 'memory' | 'elements' | 'dtype'> {
  if ('memory' in tensor && tensor.memory !== undefined) {
    const memory = checkMemory(tensor.memory, `${field}.memory`)
    return { memory, elements: undefined, dtype: checkDType(tensor.dtype, field) }
  }
  if (!('data' in tensor)) return rejectBecause('INVALID_TENSOR', `${field}.data`, 'is missing')
  const { data } = tensor
  const dtype = resolveDType(data, tensor.dtype, field)
  const elements = elementsOf(data, `${field}.data`)
  return { memory: measure(elements), elements, dtype }
}

const MEASURES = ['buffer', 'byteOffset', 'BYTES_PER_ELEMENT', 'length'] as const

/** The measures of memory that is no typed array, each read once. */
function checkMemory(memory: unknown, field: string): Memory {
  const accepted = `{ ${MEASURES.join(', ')} }`
  const measures = checkFields(memory, field, MEASURES, accepted, 'INVALID_TENSOR')
  const isObject = typeof measures.buffer === 'object' && measures.buffer !== null
  if (!isObject) reject('INVALID_TENSOR', `${field}.buffer`, measures.buffer, 'an object')
  for (const name of MEASURES.slice(1)) {
    const size = measures[name]
    if (Number.isSafeInteger(size) && (size as number) >= 0) continue
    reject('INVALID_TENSOR', `${field}.${name}`, size, 'a whole number, 0 or more')
  }
  return measures as unknown as Memory
}

const FIELDS = ['data', 'memory', 'shape', 'layout', 'strides', 'offset', 'dtype'] as const

/**
 * Sizes, strides and memory of a tensor.
 *
 * @param field how messages call it: `q`, `k`, `out.q`, `out.k`
 * @param headDim channels per head, from the config
 * @param fallback the layout when the tensor states none
 * @throws RopeError INVALID_TENSOR, naming the field
 */
export function resolveTensor(
  given: Tensor | MemoryTensor,
  field: string,
  headDim: number,
  fallback: Layout | undefined,
): ResolvedTensor {
  const accepted = '{ data, shape, layout }'
  checkTensorFields(given, field)
  const tensor = checkFields(given, field, FIELDS, accepted, 'INVALID_TENSOR') as unknown as
    | Tensor
    | MemoryTensor
  const place = resolveMemory(tensor, field)
  const layout = chooseLayout(tensor, fallback, field)
  const unfolded = unfoldLayout(tensor, layout, headDim, field)
  const axes = AXES[unfolded.layout]
  const size = (axis: Axis): number => unfolded.shape[axes.indexOf(axis)] ?? 1
  const stride = (axis: Axis): number => unfolded.strides[axes.indexOf(axis)] ?? 0
  if (size('channel') !== headDim) {
    rejectBecause(
      'INVALID_TENSOR',
      `${field}.shape`,
      `is ${show(tensor.shape)} (${SHAPES[layout]}): headDim is ${size('channel')}, but the config says ${headDim}`,
    )
  }
  const offset = tensor.offset ?? 0
  if (!Number.isSafeInteger(offset) || offset < 0) {
    reject(
      'INVALID_TENSOR',
      `${field}.offset`,
      tensor.offset,
      'a whole number of elements, 0 or more',
    )
  }
  return {
    ...place,
    offset,
    batch: size('batch'),
    tokens: size('token'),
    heads: size('head'),
    strides: {
      batch: stride('batch'),
      token: stride('token'),
      head: stride('head'),
      channel: stride('channel'),
    },
  }
}

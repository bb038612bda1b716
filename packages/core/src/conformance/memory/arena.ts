/**
 * Arenas: memory with canaries. An arena is filled with noise; tensors are placed in it; after the
 * call every element that no tensor owned must still hold its noise, bit for bit. The arena is
 * larger than what the subject is given, so writes past either end show as well.
 */
import type { Backend } from '../../contract/backend.js'
import type { DType, Elements, TensorData } from '../../numbers/dtype.js'
import type { Tensor } from '../../plan/tensor.js'
import { check, fail, unsupported } from '../case.js'
import { bitsOf, copyElements, createElements, firstDifference, wordsOf } from './elements.js'
import { fillWithNoise } from './inputs.js'
import { addressesOf, type Placement } from './placement.js'

/** Where an arena's memory comes from. */
export type Origin = 'local' | 'shared' | 'allocated'

/** Memory with canaries on both sides of what a subject gets to see. */
export interface Arena {
  readonly dtype: DType
  /** All of it, canaries included. */
  readonly elements: Elements
  /** What a subject is given: `elements` without the canaries at either end. */
  readonly data: Elements
  /** Canaries before the data. */
  readonly lead: number
  readonly noise: Elements
  /** 1 for every element of `data` that some tensor owns. */
  readonly owned: Uint8Array
}

/** A tensor in an arena. */
export interface PlacedTensor {
  readonly arena: Arena
  readonly placement: Placement
  /** As a user hands it over. */
  readonly tensor: Tensor
  /** Index in `arena.data` of every element, in logical order. */
  readonly addresses: Int32Array
}

/** Canaries at either end: an odd number, so that the data starts where no vector load is aligned. */
export const GUARD = 37

/** By so many places arrays of one call begin differently: nobody may take one's for another's. */
const LEADS = 7

function leadOf(seed: number): number {
  return GUARD + 2 * (seed % LEADS)
}

interface SharedMemory {
  readonly SharedArrayBuffer?: new (bytes: number) => ArrayBufferLike
}

interface HalfArrays {
  readonly Float16Array?: new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => TensorData
}

function sharedBuffer(bytes: number): ArrayBufferLike {
  const { SharedArrayBuffer: Shared } = globalThis as unknown as SharedMemory
  if (Shared === undefined) return unsupported('this environment has no SharedArrayBuffer')
  return new Shared(bytes)
}

/** Zero-filled memory of an origin; ends the case as unsupported where there is none of it. */
export function acquire(backend: Backend, dtype: DType, length: number, origin: Origin): Elements {
  if (origin === 'local') return createElements(dtype, length)
  if (origin === 'shared') {
    return createElements(
      dtype,
      length,
      sharedBuffer(length * createElements(dtype, 0).BYTES_PER_ELEMENT),
    )
  }
  if (backend.allocate === undefined) return unsupported('the backend has no allocate')
  const elements = backend.allocate(dtype, length)
  check(
    elements.length === length,
    () => `allocate(${dtype}, ${length}) gave ${elements.length} elements`,
  )
  return elements
}

/**
 * An arena whose data has `length` elements.
 *
 * @param lead canaries before the data; as many as the seed says when absent
 */
export function createArena(
  backend: Backend,
  dtype: DType,
  length: number,
  seed: number,
  origin: Origin = 'local',
  lead: number = leadOf(seed),
): Arena {
  const elements = acquire(backend, dtype, lead + length + GUARD, origin)
  fillWithNoise(elements, seed)
  return {
    dtype,
    elements,
    data: elements.subarray(lead, lead + length),
    lead,
    noise: copyElements(elements),
    owned: new Uint8Array(length),
  }
}

/** The noise of an arena's data: a copy, which may be turned into what the data must hold. */
export function noiseOfData({ noise, data, lead }: Arena): Elements {
  return noise.subarray(lead, lead + data.length)
}

/** The same memory as a Float16Array, where the engine has one. */
function asFloat16Array(data: Elements): TensorData {
  const { Float16Array: Half } = globalThis as unknown as HalfArrays
  if (Half === undefined) return unsupported('this engine has no Float16Array')
  return new Half(data.buffer, data.byteOffset, data.length)
}

/** Puts a tensor into an arena, `base` elements after the start of its data. */
export function putTensor(
  arena: Arena,
  placement: Placement,
  values: Elements | null,
  base = 0,
  float16Array = false,
): PlacedTensor {
  const addresses = addressesOf(placement.sizes, placement.strides, placement.origin + base)
  const data = bitsOf(arena.data)
  const bits = values === null ? null : bitsOf(values)
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i] as number
    arena.owned[address] = 1
    if (bits !== null) data[address] = bits[i] as never
  }
  const offset = base === 0 ? placement.offset : placement.origin + base
  const tensor: Tensor = {
    data: float16Array ? asFloat16Array(arena.data) : arena.data,
    shape: placement.shape,
    layout: placement.layout,
    dtype: arena.dtype,
    ...(placement.shapeStrides === undefined ? {} : { strides: placement.shapeStrides }),
    ...(offset === undefined ? {} : { offset }),
  }
  return { arena, placement, tensor, addresses }
}

/** The tensor's elements in logical order, bit for bit. */
export function readTensor({ arena, addresses }: PlacedTensor): Elements {
  const values = createElements(arena.dtype, addresses.length)
  const from = bitsOf(arena.data)
  const to = bitsOf(values)
  for (let i = 0; i < addresses.length; i++) to[i] = from[addresses[i] as number] as never
  return values
}

/** Everything an arena holds, to be compared later. */
export function snapshot(arena: Arena): Elements {
  return copyElements(arena.elements)
}

/** Fails if anything at all in the arena differs from a snapshot. */
export function checkUnchanged(arena: Arena, before: Elements, what: string): void {
  const at = firstDifference(arena.elements, before)
  if (at !== -1) fail(`${what} was written: element ${at - arena.lead} of its data changed`)
}

/** Fails if an element that no tensor owns no longer holds its noise. */
export function checkCanaries(arena: Arena): void {
  const now = wordsOf(arena.elements)
  const then = wordsOf(arena.noise)
  const words = now.length / arena.elements.length
  for (let i = 0; i < now.length; i++) {
    if (now[i] === then[i]) continue
    const index = Math.floor(i / words) - arena.lead
    if (arena.owned[index] === 1) continue
    const where =
      index < 0 || index >= arena.data.length ? 'outside its array' : 'between its elements'
    fail(`memory ${where} was written, at element ${index} of ${arena.data.length}`)
  }
}

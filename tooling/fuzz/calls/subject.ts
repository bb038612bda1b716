/**
 * A backend under the rotate fuzzer, with memory of every kind that always begins a call with the
 * same bytes: whatever is not to be written is a canary.
 */

import { createRope, type Rope, RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { seededRandom } from '../random.js'
import { type CallCase, MEMORY_KINDS, type MemoryKind, type TensorCase } from './call.js'
import { CONFIGS } from './ropes.js'

/** Bytes of memory of each kind. */
const SIZE = 12_288

/**
 * What memory holds before a call: words whose bits are a finite number in every dtype, whatever
 * lies beside them; NaNs may have other bits after a rotation on another backend.
 */
export const BEFORE: Uint8Array = (() => {
  const random = seededRandom(1)
  const words = Uint16Array.from({ length: SIZE / 2 }, () => Math.floor(random() * 65536))
  return new Uint8Array(
    words.map((word) => ((word & 0x7c00) === 0x7c00 ? word ^ 0x4000 : word)).buffer,
  )
})()

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  Int8Array,
} as const

/** The fields of a tensor that say where its elements are. */
type Place = Pick<TensorCase, 'memory' | 'byteOffset' | 'length' | 'carrier'>

/** What a call came to: the error when it was refused, and what memory holds now. */
export interface Answer {
  readonly error: RopeError | undefined
  readonly memory: Readonly<Record<MemoryKind, Uint8Array>>
}

/** A backend, its ropes and its memory. */
export class Subject {
  readonly name: string
  readonly backend: Backend
  readonly #ropes: readonly Rope[]
  readonly #memory: Readonly<Record<MemoryKind, Uint8Array>>

  constructor(backend: Backend) {
    this.name = backend.name
    this.backend = backend
    this.#ropes = CONFIGS.map((config) => createRope(config, { backend }))
    const own = backend.allocate?.('float32', SIZE / 4)
    this.#memory = {
      local: new Uint8Array(SIZE),
      shared: new Uint8Array(new SharedArrayBuffer(SIZE)),
      own: own === undefined ? new Uint8Array(SIZE) : bytesOf(own),
    }
  }

  /** Makes a call over fresh memory. What comes back holds until the next one. */
  async answer(call: CallCase): Promise<Answer> {
    for (const kind of MEMORY_KINDS) this.#memory[kind].set(BEFORE)
    const memory = this.#memory
    try {
      const pending = this.#make(call)
      if (pending !== undefined) await pending
      return { error: undefined, memory }
    } catch (error) {
      if (!RopeError.isInstance(error)) throw new Error(`${this.name}: ${error}`, { cause: error })
      return { error, memory }
    }
  }

  #make({
    rope: which,
    method,
    positions: place,
    length,
    ...call
  }: CallCase): Promise<void> | void {
    const rope = this.#ropes[which] as Rope
    const { q, k, out, inverse } = call
    const tensors = {
      ...(q === undefined ? {} : { q: this.#tensor(q) }),
      ...(k === undefined ? {} : { k: this.#tensor(k) }),
      ...(out === undefined ? {} : { out: this.#out(out) }),
      ...(inverse === undefined ? {} : { inverse }),
    } as object
    // What is given may be of no type at all.
    const positions = place as number
    const options = (length === undefined ? {} : { length }) as { readonly length?: number }
    if (method === 'rotate') return rope.rotate({ ...tensors, ...options, positions })
    if (method === 'rotateAsync') return rope.rotateAsync({ ...tensors, ...options, positions })
    if (method === 'at') return rope.at(positions, options).rotate(tensors)
    if (method === 'bind') return rope.bind(tensors, options).rotate(positions)
    return rope.shift(this.#tensor(k) as never, positions, options)
  }

  #out(out: unknown): unknown {
    if (typeof out !== 'object' || out === null || Array.isArray(out)) return out
    const { q, k } = out as Readonly<Record<'q' | 'k', TensorCase | undefined>>
    return {
      ...(q === undefined ? {} : { q: this.#tensor(q) }),
      ...(k === undefined ? {} : { k: this.#tensor(k) }),
    }
  }

  #tensor(tensor: unknown): unknown {
    if (typeof tensor !== 'object' || tensor === null || Array.isArray(tensor)) return tensor
    const { dtype, layout, shape, strides, offset, ...place } = tensor as TensorCase
    return {
      ...{ data: this.#data(place), dtype, shape },
      ...(layout === undefined ? {} : { layout }),
      ...(strides === undefined ? {} : { strides }),
      ...(offset === undefined ? {} : { offset }),
    }
  }

  #data({ memory, byteOffset, length, carrier }: Place): unknown {
    if (carrier === 'plain list') return [1, 2, 3]
    const isGone = carrier === 'detached'
    const Kind = ARRAYS[isGone ? 'float32' : carrier]
    const { buffer, byteOffset: start } = this.#memory[memory]
    const first = byteOffset - (byteOffset % Kind.BYTES_PER_ELEMENT)
    const room = Math.max(0, Math.floor((SIZE - first) / Kind.BYTES_PER_ELEMENT))
    if (!isGone)
      return new Kind(buffer as ArrayBuffer, start + Math.min(first, SIZE), Math.min(length, room))
    const array = new Float32Array(length)
    structuredClone(array.buffer, { transfer: [array.buffer] })
    return array
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

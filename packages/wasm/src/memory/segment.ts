/**
 * A segment: one WebAssembly memory with an instance of the module on it. Its buffer never changes
 * under a view: a memory of one thread never grows, and one that is shared keeps its old views when
 * it does. From its start a segment holds the module's data and stack, a few slots for programs, a
 * window for rows of cos and sin, a window for data that live elsewhere, and then free space.
 */
import { RopeError } from '@rope/core'
import { PLAN_BYTES } from '../plan-words.js'

/** The functions of a module; all pointers are byte offsets into the segment's memory. */
export interface Exports {
  readonly __heap_base: WebAssembly.Global
  programBytes(): number
  prepare(program: number, plan: number): void
  run(
    program: number,
    source0: number,
    target0: number,
    source1: number,
    target1: number,
    cos: number,
    sin: number,
    batchStride: number,
    begin: number,
    end: number,
  ): void
  multiply(
    restCos: number,
    restSin: number,
    blockCos: number,
    blockSin: number,
    attentionFactor: number,
    pairs: number,
    cos: number,
    sin: number,
  ): void
  /** Of the threaded module only. */
  runChunks?(
    program: number,
    source0: number,
    target0: number,
    source1: number,
    target1: number,
    cos: number,
    sin: number,
    batchStride: number,
    begin: number,
    end: number,
    chunk: number,
  ): void
  stop?(): void
}

/** A plan that the module has made ready: bytes without addresses, good in every segment. */
export interface Program {
  readonly bytes: Uint8Array
  /** The slot it was last seen in. */
  slot: number
}

/** Sizes of the two windows, in bytes. */
export interface Windows {
  readonly table: number
  readonly data: number
}

const PAGE = 65536
const ALIGNMENT = 64
const SLOTS = 4
/** 4 GiB less a page: the engine's limit for memories with 32-bit addresses. */
const MOST_BYTES = 2 ** 32 - PAGE

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** One memory and its instance. */
export class Segment {
  readonly exports: Exports
  /** Byte offsets of the windows. */
  readonly table: number
  readonly data: number
  readonly windows: Windows
  readonly #memory: WebAssembly.Memory
  readonly #slots: (Program | undefined)[] = new Array(SLOTS)
  readonly #slotBytes: number
  readonly #firstSlot: number
  readonly #scratch: number
  #nextSlot = 0
  #free: number
  /** The buffer of the moment; of a shared memory the newest, which holds all older ones. */
  buffer: ArrayBuffer
  floats: Float32Array<ArrayBuffer>
  halves: Uint16Array<ArrayBuffer>

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, windows: Windows) {
    this.#memory = memory
    const instance = new WebAssembly.Instance(module, { env: { memory } })
    this.exports = instance.exports as unknown as Exports
    this.windows = windows
    this.#slotBytes = aligned(this.exports.programBytes())
    this.#firstSlot = aligned(this.exports.__heap_base.value as number)
    this.#scratch = this.#firstSlot + SLOTS * this.#slotBytes
    this.table = this.#scratch + this.#slotBytes + aligned(PLAN_BYTES)
    this.data = this.table + aligned(windows.table)
    this.#free = this.data + aligned(windows.data)
    this.buffer = memory.buffer
    this.floats = new Float32Array(this.buffer)
    this.halves = new Uint16Array(this.buffer)
  }

  /** True when the buffer of the moment is no longer the memory's; shared memories only. */
  refresh(): boolean {
    if (this.buffer === this.#memory.buffer) return false
    this.buffer = this.#memory.buffer
    this.floats = new Float32Array(this.buffer)
    this.halves = new Uint16Array(this.buffer)
    return true
  }

  get memory(): WebAssembly.Memory {
    return this.#memory
  }

  /** Bytes that `take` can still give. */
  get left(): number {
    return this.buffer.byteLength - this.#free
  }

  /** Takes zero-filled space for ever; the caller has made sure that there is enough. */
  take(bytes: number): number {
    const pointer = this.#free
    this.#free += aligned(bytes)
    return pointer
  }

  /** The address of a program, which is copied in unless it is still there from last time. */
  slotOf(program: Program): number {
    if (this.#slots[program.slot] === program) {
      return this.#firstSlot + program.slot * this.#slotBytes
    }
    const slot = this.#nextSlot
    this.#nextSlot = (slot + 1) % SLOTS
    this.#slots[slot] = program
    program.slot = slot
    const pointer = this.#firstSlot + slot * this.#slotBytes
    new Uint8Array(this.buffer).set(program.bytes, pointer)
    return pointer
  }

  /** Makes a plan (the bytes of the C struct) ready. */
  prepare(plan: Uint8Array): Program {
    const memory = new Uint8Array(this.buffer)
    const program = this.#scratch + aligned(PLAN_BYTES)
    memory.set(plan, this.#scratch)
    this.exports.prepare(program, this.#scratch)
    return { bytes: memory.slice(program, program + this.#slotBytes), slot: 0 }
  }
}

/** A memory of at least so many bytes that never grows; undefined when the engine has none left. */
export function fixedMemory(bytes: number): WebAssembly.Memory | undefined {
  if (bytes > MOST_BYTES) return undefined
  const pages = Math.ceil(bytes / PAGE)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages })
  } catch {
    return undefined
  }
}

/** A shared memory that may grow as far as the engine allows. */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const initial = Math.ceil(bytes / PAGE)
  let cause: unknown
  for (let maximum = 65536; maximum >= initial; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true })
    } catch (error) {
      cause = error
    }
  }
  throw new RopeError('UNAVAILABLE', 'the engine gives no shared WebAssembly memory', { cause })
}

/** The error for an allocation that no memory can serve. */
export function outOfMemory(bytes: number): RopeError {
  return new RopeError(
    'BACKEND_FAILED',
    `${bytes} bytes of WebAssembly memory are not to be had; one memory holds at most 4 GiB. Allocate less, or use ordinary arrays, which are copied through a small window`,
    { field: 'length' },
  )
}

/**
 * ELF, the format of programs and libraries on Linux: enough to tell for which processor a file is,
 * which loader it wants, and whether all of it is there. A library that lacks its
 * end must never reach the system's loader, which would bring the whole process down.
 * Field offsets are those of the System V ABI, chapter "Object Files".
 */

/** What was read. */
export interface Elf {
  /** As in `process.arch`, or `machine <number>`. */
  readonly processor: string
  /** Where the file must end at the earliest: its section headers come last. */
  readonly size: number
}

/** Reads bytes of a file from a place on; fewer, or none, where the file ends. */
export type ReadBytes = (start: number, length: number) => Uint8Array

const PROCESSORS: Readonly<Record<number, string>> = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
}

const LOADER_HEADER = 3

/** Reads the head of a 64-bit little-endian ELF file; null when `bytes` are not one. */
export function readElf(bytes: Uint8Array): Elf | null {
  if (!isElf(bytes)) return null
  const view = viewOf(bytes)
  const machine = view.getUint16(18, true)
  const sections = Number(view.getBigUint64(40, true))
  const sectionSize = view.getUint16(58, true)
  const sectionCount = view.getUint16(60, true)
  return {
    processor: PROCESSORS[machine] ?? `machine ${machine}`,
    size: sections + sectionSize * sectionCount,
  }
}

/**
 * The dynamic loader that a program asks for; null for a library, and for what is not whole. The name
 * may stand anywhere: tools that change programs, such as patchelf, move it to the end of the file.
 */
export function loaderOf(read: ReadBytes): string | null {
  const head = read(0, HEAD_BYTES)
  if (!isElf(head)) return null
  const view = viewOf(head)
  const size = view.getUint16(54, true)
  const count = view.getUint16(56, true)
  const table = read(Number(view.getBigUint64(32, true)), size * count)
  if (table.length < size * count) return null
  const headers = Array.from({ length: count }, (_, i) => viewOf(table.subarray(i * size)))
  const header = headers.find((each) => each.getUint32(0, true) === LOADER_HEADER)
  if (header === undefined) return null
  const length = Number(header.getBigUint64(32, true))
  const name = read(Number(header.getBigUint64(8, true)), Math.min(length, LONGEST_PATH))
  return name.length < length ? null : new TextDecoder().decode(name).replace(/\0.*$/s, '')
}

const HEAD_BYTES = 64

/** Of Linux; a longer name is none. */
const LONGEST_PATH = 4096

function isElf(bytes: Uint8Array): boolean {
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1]
  return bytes.length >= HEAD_BYTES && magic.every((byte, i) => bytes[i] === byte)
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

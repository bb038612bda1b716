/**
 * The head of an ELF file, the format of programs and libraries on Linux: enough to tell for which
 * processor it is, which loader it wants, and whether all of it is there. A library that lacks its
 * end must never reach the system's loader, which would bring the whole process down.
 * Field offsets are those of the System V ABI, chapter "Object Files".
 */

/** What was read. */
export interface Elf {
  /** As in `process.arch`, or `machine <number>`. */
  readonly processor: string
  /** Where the file must end at the earliest: its section headers come last. */
  readonly size: number
  /** The dynamic loader that a program asks for; null for libraries. */
  readonly loader: string | null
}

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
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1]
  if (bytes.length < 64 || magic.some((byte, i) => bytes[i] !== byte)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const machine = view.getUint16(18, true)
  const sections = Number(view.getBigUint64(40, true))
  const sectionSize = view.getUint16(58, true)
  const sectionCount = view.getUint16(60, true)
  return {
    processor: PROCESSORS[machine] ?? `machine ${machine}`,
    size: sections + sectionSize * sectionCount,
    loader: readLoader(bytes, view),
  }
}

function readLoader(bytes: Uint8Array, view: DataView): string | null {
  const headers = Number(view.getBigUint64(32, true))
  const headerSize = view.getUint16(54, true)
  const count = view.getUint16(56, true)
  for (let i = 0; i < count; i++) {
    const at = headers + i * headerSize
    if (at + 56 > bytes.length) return null
    if (view.getUint32(at, true) !== LOADER_HEADER) continue
    const start = Number(view.getBigUint64(at + 8, true))
    const end = start + Number(view.getBigUint64(at + 32, true))
    if (end > bytes.length) return null
    return new TextDecoder().decode(bytes.subarray(start, end)).replace(/\0.*$/s, '')
  }
  return null
}

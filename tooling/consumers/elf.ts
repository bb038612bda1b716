/**
 * What a binary of Linux asks of the libraries that it is loaded with, read from the file itself: the
 * section `.gnu.version_r`, as the System V ABI and the Linux Standard Base describe it. 64 bit, little
 * endian, which all our binaries are.
 */

/** One library that a binary asks for, such as libc.so.6, and the versions of it, such as GLIBC_2.28. */
export interface Need {
  readonly library: string
  readonly versions: readonly string[]
}

/** The type of the section that lists versions needed. */
const VERNEED = 0x6ffffffe

interface Section {
  readonly type: number
  readonly offset: number
  /** The section that holds its texts. */
  readonly link: number
  /** For VERNEED, how many libraries it lists. */
  readonly info: number
}

/** Every library of which a binary needs certain versions; empty for one that needs none. */
export function versionNeeds(bytes: Buffer): readonly Need[] {
  if (bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error('this is no ELF file')
  const sections = sectionsOf(bytes)
  return sections
    .filter(({ type }) => type === VERNEED)
    .flatMap((section) => {
      const texts = sections[section.link]?.offset ?? 0
      return needsIn(bytes, section, (at) => textAt(bytes, texts + at))
    })
}

function sectionsOf(bytes: Buffer): Section[] {
  const start = Number(bytes.readBigUInt64LE(40))
  const [size, count] = [bytes.readUInt16LE(58), bytes.readUInt16LE(60)]
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * size
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    }
  })
}

/** Two chained lists: of libraries, and of the versions of each. */
function needsIn(
  bytes: Buffer,
  { offset, info }: Section,
  textOf: (at: number) => string,
): readonly Need[] {
  const needs: Need[] = []
  for (let at = offset, i = 0; i < info; i++) {
    const count = bytes.readUInt16LE(at + 2)
    const versions: string[] = []
    for (let entry = at + bytes.readUInt32LE(at + 8), n = 0; n < count; n++) {
      versions.push(textOf(bytes.readUInt32LE(entry + 8)))
      entry += bytes.readUInt32LE(entry + 12)
    }
    needs.push({ library: textOf(bytes.readUInt32LE(at + 4)), versions })
    at += bytes.readUInt32LE(at + 12)
  }
  return needs
}

function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('latin1', start, bytes.indexOf(0, start))
}

/**
 * What is wrong with a file, before the system's loader sees it. The loader would explain some of
 * this badly, and would not survive a library whose end is missing.
 */
import { readElf } from './elf.js'
import type { FileHead } from './host.js'
import { type Platform, platformName } from './platform.js'

const MACH_O = [0xfeedfacf, 0xcafebabe, 0xcffaedfe, 0xbebafeca]

function systemOf(bytes: Uint8Array): string | null {
  if (bytes.length < 4) return null
  const [a, b] = bytes
  if (a === 0x4d && b === 0x5a) return 'win32'
  const magic = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  if (MACH_O.includes(magic)) return 'darwin'
  return magic === 0x7f454c46 ? 'linux' : null
}

/** Systems other than Windows and macOS use the format of Linux. */
function formatOf(system: string): string {
  return system === 'win32' || system === 'darwin' ? system : 'linux'
}

/** Why a binary cannot be loaded on a platform; null when nothing speaks against it. */
export function checkBinary({ bytes, size }: FileHead, platform: Platform): string | null {
  const system = systemOf(bytes)
  if (system === null) return size === 0 ? 'the file is empty' : 'the file is not a binary'
  if (system !== formatOf(platform.system))
    return `it is a binary for ${system}, this is ${platformName(platform)}`
  if (system !== 'linux') return null
  const elf = readElf(bytes)
  if (elf === null) return 'it is not a 64-bit binary, or its beginning is all there is of it'
  if (elf.processor !== platform.processor) {
    return `it is a binary for ${elf.processor}, this is ${platformName(platform)}`
  }
  if (size < elf.size) return `it is cut off: ${size} of ${elf.size} bytes are there`
  return null
}

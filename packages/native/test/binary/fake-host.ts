/**
 * Machines that do not exist: a host over files that a test makes up.
 */
import { INTERFACE_VERSION } from '../../src/addon.js'
import type { Host } from '../../src/binary/host.js'
import type { Platform } from '../../src/binary/platform.js'

/** A machine's files by path. */
export type Files = Readonly<Record<string, Uint8Array>>

/** What a test makes up; the rest is an ordinary Linux machine with nothing installed. */
export interface FakeMachine {
  readonly platform?: Platform
  readonly environment?: Host['environment']
  readonly files?: Files
  readonly packages?: Readonly<Record<string, string>>
  readonly platformPackages?: readonly string[] | null
  readonly open?: Host['open']
}

/** Ordinary Linux. */
const LINUX: Platform = { system: 'linux', processor: 'x64', library: 'gnu' }

/** The packages that the made-up manifest names. */
const PLATFORM_PACKAGES = ['darwin-arm64', 'linux-x64-gnu', 'linux-x64-musl'].map(
  (name) => `@rope/native-${name}`,
)

/** What a good binary exports, as far as the loader looks. */
export const GOOD_ADDON: { readonly interfaceVersion: number } = {
  interfaceVersion: INTERFACE_VERSION,
}

/** A host over the given files, and a list of the paths that were opened. */
export function fakeHost(machine: FakeMachine): Host & { readonly opened: readonly string[] } {
  const {
    platform = LINUX,
    environment = {},
    files = {},
    packages = {},
    platformPackages = PLATFORM_PACKAGES,
    open = () => GOOD_ADDON,
  } = machine
  const opened: string[] = []
  return {
    platform,
    environment,
    packageRoot: '/package/',
    platformPackages,
    opened,
    resolve: (name) => packages[name] ?? null,
    readHead(path) {
      const bytes = files[path]
      return bytes === undefined ? null : { bytes: bytes.subarray(0, 4096), size: bytes.length }
    },
    open(path) {
      opened.push(path)
      return open(path)
    },
  }
}

/**
 * A 64-bit ELF file that ends where its section headers do; the name of its loader, where it has one,
 * stands at `at`, behind them if need be.
 */
export function elfFile(machine: number, loader?: string, at = 256): Uint8Array {
  const sections = 1024
  const end = sections + 2 * 64
  const bytes = new Uint8Array(at < end ? end : at + (loader?.length ?? 0) + 1)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
  view.setUint16(18, machine, true)
  view.setBigUint64(40, BigInt(sections), true)
  view.setUint16(58, 64, true)
  view.setUint16(60, 2, true)
  if (loader === undefined) return bytes
  view.setBigUint64(32, 64n, true) // program headers
  view.setUint16(54, 56, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 3, true) // PT_INTERP
  view.setBigUint64(72, BigInt(at), true)
  view.setBigUint64(96, BigInt(loader.length + 1), true)
  bytes.set(new TextEncoder().encode(loader), at)
  return bytes
}

/** Numbers of processors in ELF files. */
export const ELF_MACHINES: { readonly x64: number; readonly arm64: number } = {
  x64: 62,
  arm64: 183,
}

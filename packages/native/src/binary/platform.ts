/**
 * The name of a platform as packages and folders of prebuilt binaries carry it, such as
 * `linux-x64-gnu`: operating system, processor and, on Linux, the C library.
 */
import { loaderOf, type ReadBytes } from './elf.js'

/** What a binary must fit. */
export interface Platform {
  /** As in `process.platform`. */
  readonly system: string
  /** As in `process.arch`. */
  readonly processor: string
  /** On Linux only; null elsewhere. */
  readonly library: 'gnu' | 'musl' | null
}

/** The C library that a program of Linux was linked with. */
export function libraryOf(program: ReadBytes): 'gnu' | 'musl' {
  // musl's dynamic loader is /lib/ld-musl-<processor>.so.1; a program without loader runs anywhere.
  return loaderOf(program)?.includes('ld-musl') === true ? 'musl' : 'gnu'
}

/** `linux-x64-gnu`, `darwin-arm64`, `win32-x64`, ... */
export function platformName({ system, processor, library }: Platform): string {
  return library === null ? `${system}-${processor}` : `${system}-${processor}-${library}`
}

/** The package that holds the binary of a platform, such as `@rope/native-linux-x64-gnu`. */
export function packageOf(platform: Platform): string {
  return `@rope/native-${platformName(platform)}`
}

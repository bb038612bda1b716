/**
 * What this engine offers: SIMD, shared memory, and whether a page may use it. Asked once per
 * probe or backend, by trying; nothing here throws.
 */

/** What was found, and the reason for each thing that is missing. */
export interface Features {
  /** Why there is no WebAssembly with SIMD; absent when there is. */
  readonly missing?: string
  /** Why threads are off; absent when they are possible. */
  readonly withoutThreads?: string
  readonly crossOriginIsolated: boolean | null
  /** Threads that can run at once, the calling one included. */
  readonly concurrency: number
}

/** The smallest module that uses SIMD: one function, `i32.const 0, i8x16.splat, drop`. */
const SIMD_MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x1a, 0x0b],
)

interface Environment {
  readonly WebAssembly?: typeof WebAssembly
  readonly crossOriginIsolated?: boolean
  readonly process?: {
    readonly versions?: { readonly node?: string }
    getBuiltinModule?(name: string): unknown
  }
  readonly navigator?: { readonly hardwareConcurrency?: number }
  readonly Worker?: unknown
}

interface NodeOs {
  availableParallelism(): number
}

function whyNoSimd({ WebAssembly: wasm }: Environment): string | undefined {
  if (wasm === undefined) return 'this JavaScript engine has no WebAssembly; use @rope/js'
  try {
    if (!wasm.validate(SIMD_MODULE)) {
      return 'this WebAssembly engine has no SIMD (Node 16.4, Chrome 91, Firefox 89 and Safari 16.4 have it); use @rope/js'
    }
    new wasm.Module(SIMD_MODULE)
    return undefined
  } catch (error) {
    return `WebAssembly may not be compiled here (${String(error)}); add 'wasm-unsafe-eval' to script-src of the content-security policy, or use @rope/js`
  }
}

function whyNoThreads(environment: Environment): string | undefined {
  const { process, crossOriginIsolated, Worker } = environment
  const inNode = process?.versions?.node !== undefined
  if (!inNode && crossOriginIsolated === false) {
    return 'the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
  }
  const hasWorkers = inNode ? process?.getBuiltinModule !== undefined : Worker !== undefined
  if (!hasWorkers) return 'there are no workers here'
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    return undefined
  } catch (error) {
    return `there is no shared WebAssembly memory here (${String(error)})`
  }
}

function concurrencyOf({ process, navigator }: Environment): number {
  try {
    const os = process?.getBuiltinModule?.('node:os') as NodeOs | undefined
    return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1
  } catch {
    return 1
  }
}

/** Looks at the engine; never throws. */
export function findFeatures(): Features {
  const environment = globalThis as Environment
  const missing = whyNoSimd(environment)
  const withoutThreads = missing ?? whyNoThreads(environment)
  return {
    ...(missing === undefined ? {} : { missing }),
    ...(withoutThreads === undefined ? {} : { withoutThreads }),
    crossOriginIsolated: environment.crossOriginIsolated ?? null,
    concurrency: concurrencyOf(environment),
  }
}

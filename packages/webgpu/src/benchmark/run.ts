/**
 * The benchmark: rotating q and k in place against copying as many bytes, in one run.
 */
import type { DType, PairingName } from '@rope/core'
import type { WebGpuBackend } from '../backend.js'
import type { PassHandle } from '../handles.js'
import { type GpuBuffer, type GpuDevice, USAGE } from '../webgpu-types.js'
import { CopyKernel } from './copy-kernel.js'
import { GpuClock } from './gpu-clock.js'
import { type Contender, type Measured, measure } from './measure.js'

/** One rotation to measure. */
export interface BenchmarkCase {
  readonly tokens: number
  readonly heads: { readonly q: number; readonly k: number }
  readonly headDim: number
  readonly dtype: Exclude<DType, 'float64'>
  readonly pairing: PairingName
}

/** How to measure. */
export interface BenchmarkOptions {
  readonly cases: readonly BenchmarkCase[]
  /** The least that a pass must last, in microseconds: a hundred times what clocks are rounded to. */
  readonly passMicroseconds: number
  readonly passes: number
  /** Bytes of memory that calls go through in turn, well beyond the GPU's caches. */
  readonly memoryBytes: number
}

/** What was found out about one case. */
export interface BenchmarkResult extends BenchmarkCase {
  /** Bytes read and written by one call. */
  readonly bytes: number
  readonly rotate: Measured
  /** The fastest of the copy kernels. */
  readonly copy: Measured
  /** The rate of rotating as a part of the rate of copying. */
  readonly share: number
  /** Gigabytes (10^9 bytes) read and written per second by rotating; null without timestamps. */
  readonly gigabytesPerSecond: number | null
  /** Microseconds of the CPU to encode one call into an open pass. */
  readonly encode: number
}

const ELEMENT_BYTES: Readonly<Record<BenchmarkCase['dtype'], number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
}

/** The reference shape, 32 + 8 heads of 128 channels, in the sizes and dtypes that matter. */
export function referenceCases(): readonly BenchmarkCase[] {
  const dtypes = ['float32', 'float16', 'bfloat16'] as const
  return dtypes.flatMap((dtype) =>
    [1, 512, 4096].map(
      (tokens): BenchmarkCase => ({
        tokens,
        heads: { q: 32, k: 8 },
        headDim: 128,
        dtype,
        pairing: 'half',
      }),
    ),
  )
}

interface Memory {
  readonly q: GpuBuffer
  readonly k: GpuBuffer
  readonly from: GpuBuffer
  readonly to: GpuBuffer
}

function createMemory(device: GpuDevice, one: BenchmarkCase): Memory {
  const { tokens, heads, headDim, dtype } = one
  const headBytes = tokens * headDim * ELEMENT_BYTES[dtype]
  const create = (size: number): GpuBuffer =>
    device.createBuffer({ size, usage: USAGE.STORAGE | USAGE.COPY_DST })
  return {
    q: create(heads.q * headBytes),
    k: create(heads.k * headBytes),
    from: create((heads.q + heads.k) * headBytes),
    to: create((heads.q + heads.k) * headBytes),
  }
}

function encodeTime(contender: Contender, device: GpuDevice): number {
  const { performance } = globalThis as unknown as { readonly performance: { now(): number } }
  const calls = 512
  const times = [1, 2, 3, 4, 5].map(() => {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    const started = performance.now()
    for (let call = 0; call < calls; call++) contender.encode(pass, call)
    const taken = performance.now() - started
    pass.end()
    encoder.finish()
    return (taken * 1000) / calls
  })
  return times.sort((a, b) => a - b)[2] ?? Number.NaN
}

async function runCase(
  backend: WebGpuBackend,
  clock: GpuClock,
  one: BenchmarkCase,
  options: BenchmarkOptions,
): Promise<BenchmarkResult> {
  const device = backend.gpuDevice as unknown as GpuDevice
  const { tokens, heads, headDim, dtype, pairing } = one
  const bytes = 2 * tokens * (heads.q + heads.k) * headDim * ELEMENT_BYTES[dtype]
  const sets = Math.min(64, Math.max(2, Math.ceil((2 * options.memoryBytes) / bytes)))
  const memories = Array.from({ length: sets }, () => createMemory(device, one))
  const at = (call: number): Memory => memories[call % sets] as Memory
  const shape = (count: number): readonly number[] => [1, tokens, count, headDim]
  const config = { headDim, pairing, schedule: { type: 'default', base: 500000 } } as const
  const kernel = await backend.prepare(config, {
    layout: 'bshd',
    q: { shape: shape(heads.q), dtype },
    k: { shape: shape(heads.k), dtype },
  })
  const rotation = kernel.createRotation(0)
  const rotate: Contender = {
    name: 'rotate',
    encode: (pass, call) => {
      const { q, k } = at(call) as unknown as Record<
        'q' | 'k',
        Parameters<typeof kernel.encode>[1]['q']
      >
      kernel.encode(pass as unknown as PassHandle, {
        q: { buffer: q } as never,
        k: { buffer: k } as never,
        rotation,
      })
    },
  }
  const copies = [1, 4].map((vectors): Contender => {
    const copy = new CopyKernel(device, vectors)
    return {
      name: `copy of ${vectors} x 16 bytes`,
      encode: (pass, call) => copy.encode(pass, at(call).from, at(call).to),
    }
  })
  const [rotated, ...copied] = await measure(
    clock,
    [rotate, ...copies],
    options.passMicroseconds,
    options.passes,
  )
  const time = ({ gpu, wall }: Measured): number => gpu ?? wall
  const copy = copied.reduce((best, other) => (time(other) < time(best) ? other : best))
  const encode = encodeTime(rotate, device)
  await device.queue.onSubmittedWorkDone()
  rotation.destroy()
  kernel.dispose()
  for (const memory of memories) for (const buffer of Object.values(memory)) buffer.destroy()
  const result = rotated as Measured
  return {
    ...one,
    bytes,
    rotate: result,
    copy,
    share: time(copy) / time(result),
    gigabytesPerSecond: result.gpu === null ? null : bytes / result.gpu / 1000,
    encode,
  }
}

/** Measures every case on the backend's device. */
export async function runBenchmark(
  backend: WebGpuBackend,
  options: BenchmarkOptions,
  onResult: (result: BenchmarkResult) => void = () => undefined,
): Promise<readonly BenchmarkResult[]> {
  const clock = new GpuClock(backend.gpuDevice as unknown as GpuDevice)
  const results: BenchmarkResult[] = []
  try {
    for (const one of options.cases) {
      const result = await runCase(backend, clock, one, options)
      results.push(result)
      onResult(result)
    }
  } finally {
    clock.dispose()
  }
  return results
}

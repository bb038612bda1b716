/**
 * Measures encoded work: many dispatches in one pass, so that a pass lasts long enough for a clock
 * that is rounded, over more memory than caches hold, contenders in turn.
 */
import type { GpuComputePass } from '../webgpu-types.js'
import type { GpuClock, PassTime } from './gpu-clock.js'

/** Something to measure. */
export interface Contender {
  readonly name: string
  /** Encodes the call number `call`; each call works on other memory, in turn. */
  readonly encode: (pass: GpuComputePass, call: number) => void
}

/** What a contender took per call, in microseconds. */
export interface Measured {
  readonly name: string
  /** Median over passes by the GPU's clock; null without timestamps. */
  readonly gpu: number | null
  /** A tenth of the passes were faster, and a tenth slower. */
  readonly gpuRange: readonly [number, number] | null
  /** Median by the wall's clock, from encoding to the end of the queue's work. */
  readonly wall: number
  readonly callsPerPass: number
  readonly passes: number
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (quantile(sorted, 0.5) + quantile(sorted, 0.5 - 1 / sorted.length / 2)) / 2
}

const MOST_CALLS = 4096

function repeat(contender: Contender, calls: number): (pass: GpuComputePass) => void {
  return (pass) => {
    for (let call = 0; call < calls; call++) contender.encode(pass, call)
  }
}

/** How many calls make a pass of at least `microseconds`. */
async function calibrate(
  clock: GpuClock,
  contender: Contender,
  microseconds: number,
): Promise<number> {
  let calls = 1
  for (;;) {
    const { gpu, wall } = await clock.time(repeat(contender, calls))
    const taken = gpu ?? wall
    if (taken >= microseconds || calls >= MOST_CALLS) return calls
    const wanted = (calls * microseconds) / Math.max(taken, microseconds / 64)
    calls = Math.min(MOST_CALLS, Math.max(2 * calls, Math.ceil(wanted)))
  }
}

function summarise(
  contender: Contender,
  callsPerPass: number,
  times: readonly PassTime[],
): Measured {
  const gpuTimes = times.flatMap(({ gpu }) => (gpu === null ? [] : [gpu / callsPerPass]))
  const sorted = [...gpuTimes].sort((a, b) => a - b)
  return {
    name: contender.name,
    gpu: sorted.length === 0 ? null : median(sorted),
    gpuRange: sorted.length === 0 ? null : [quantile(sorted, 0.1), quantile(sorted, 0.9)],
    wall: median(times.map(({ wall }) => wall / callsPerPass)),
    callsPerPass,
    passes: times.length,
  }
}

/**
 * Measures contenders in turn.
 *
 * @param passMicroseconds the least that a pass must last
 * @param passes of each contender
 */
export async function measure(
  clock: GpuClock,
  contenders: readonly Contender[],
  passMicroseconds: number,
  passes: number,
): Promise<readonly Measured[]> {
  const calls: number[] = []
  for (const contender of contenders)
    calls.push(await calibrate(clock, contender, passMicroseconds))
  const times: PassTime[][] = contenders.map(() => [])
  for (let pass = 0; pass < passes; pass++) {
    for (const [i, contender] of contenders.entries()) {
      times[i]?.push(await clock.time(repeat(contender, calls[i] ?? 1)))
    }
  }
  return contenders.map((contender, i) => summarise(contender, calls[i] ?? 1, times[i] ?? []))
}

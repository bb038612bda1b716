/**
 * `rope bench --gpu`: the WebGPU backend next to a copy kernel and to onnxruntime-web, and the
 * verdicts on its goals. On an adapter in software only the ratio to the copy kernel is shown.
 */
import type { BenchResult } from '@rope/bench'
import { benchGpu as runBenchGpu } from '@rope/bench/node'
import { RopeError } from '@rope/core'
import { SUITE_VERSION } from '@rope/core/conformance'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { checkOutput, writeOutput } from '../files/output-file.js'
import { oneLine } from '../format/text.js'
import { BenchOutput } from './bench-output.js'

/** Where the GPU is asked for; a browser has onnxruntime-web beside it. */
export const GPU_PLACES: readonly ['browser', 'node'] = ['browser', 'node']

/** What `rope bench --gpu` is told. */
export interface BenchGpuOptions {
  readonly gpu?: true | (typeof GPU_PLACES)[number]
  readonly quick?: boolean
  readonly filter?: string
  readonly json?: string
}

/** Runs the benchmark of the GPU and shows it. */
export async function benchGpu(options: BenchGpuOptions, context: Context): Promise<void> {
  const { gpu, quick, filter } = options
  const file = options.json === undefined ? null : await checkOutput(options.json, [])
  const output = new BenchOutput(context.io)
  const size = quick === true ? 'quick' : 'full'
  const measured = await runBenchGpu({
    where: gpu === 'node' ? 'node' : 'browser',
    size,
    filter,
    onProgress: (progress) => output.progress(progress),
    onGroup: (group) => output.group(group, size),
  })
  const result = { ...measured, suiteVersion: SUITE_VERSION }
  checkNotEmpty(result, filter)
  output.end(result, true)
  context.io.stdout.write(`${adapterText(result)}\n`)
  if (file !== null) {
    await writeOutput(file, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`))
  }
  context.finish(hasFailure(result) ? CHECK_FAILED : OK)
}

function checkNotEmpty({ groups }: BenchResult, filter: string | undefined): void {
  if (groups.length > 0) return
  throw new RopeError(
    'INVALID_OPTION',
    `no group of the GPU has ${JSON.stringify(filter)} in its id or title; ids look like 'llama-3-8b/4096/float32/half/bshd/in-place/gpu-time'`,
    { field: '--filter' },
  )
}

/** Which GPU it was: results without it say nothing. */
function adapterText({ backends, run }: BenchResult): string {
  const { vendor, architecture, description, isSoftware } = backends[0]?.facts ?? {}
  const names = [vendor, architecture, description].filter((name) => name !== '' && name != null)
  const kind = isSoftware === true ? 'in software: its speed says nothing about a GPU' : 'a GPU'
  const step = `timestamps in steps of ${run.clockResolution.toFixed(3)} us`
  return oneLine(`adapter: ${names.join(' ')} (${kind}); ${step}`)
}

function hasFailure({ groups }: BenchResult): boolean {
  return groups.some(({ entries }) => entries.some(({ status }) => status === 'fail'))
}

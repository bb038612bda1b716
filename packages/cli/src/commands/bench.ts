/**
 * `rope bench`: how fast the backends of this machine are, next to its limits and to others, each
 * checked against the oracle before it is timed.
 */
import { absenceText, type BackendEntry, cpuBackends, detectBackend } from '@rope/auto/backends'
import { type BenchResult, type Mode, runBench } from '@rope/bench'
import { describeMachine, installedVersions, NODE_PEERS, packageSize } from '@rope/bench/node'
import { RopeError } from '@rope/core'
import { SUITE_VERSION } from '@rope/core/conformance'
import { type Command, Option } from 'commander'
import { unavailable } from '../backends.js'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { checkOutput, type OutputFile, writeOutput } from '../files/output-file.js'
import { helpNotes } from '../help.js'
import { ownVersion } from '../version.js'
import { benchAuto } from './bench-auto.js'
import { type BenchGpuOptions, benchGpu, GPU_PLACES } from './bench-gpu.js'
import { BenchOutput } from './bench-output.js'

/** The backend whose benchmark is another. */
const GPU = 'webgpu'

interface BenchOptions extends Pick<BenchGpuOptions, 'gpu'> {
  readonly quick?: boolean
  readonly goals?: boolean
  readonly auto?: boolean
  readonly backend?: readonly string[]
  readonly peers?: boolean
  readonly filter?: string
  readonly json?: string
}

/** Adds `bench` to the program. */
export function addBench(program: Command, context: Context): void {
  program
    .command('bench')
    .description('measure the backends of this machine; each is checked before it is timed')
    .addOption(
      new Option('--quick', 'a small selection, in less than 20 seconds').conflicts('goals'),
    )
    .option('--goals', "the project's goals: measured, met or not")
    .addOption(
      new Option('--auto', "@rope/auto's choices: who was chosen, and how good that was").conflicts(
        ['goals', 'peers'],
      ),
    )
    .addOption(
      new Option('--gpu [where]', 'the WebGPU backend, in a browser or in Node, and its goals')
        .choices(GPU_PLACES)
        .conflicts(['goals', 'auto', 'peers', 'backend']),
    )
    .option('--backend <name...>', 'these backends only; it is an error when one cannot run here')
    .option('--peers', 'other implementations too, where they are installed')
    .option('--filter <text>', 'only the groups whose id or title has every word of this text')
    .option('--json <file>', 'write the result to a file')
    .addHelpText(
      'after',
      helpNotes([
        ['rope bench --quick', 'a first look'],
        ['rope bench --filter "4096 float16"', 'one part of the whole'],
        ['rope bench --backend native js --json result.json', 'two backends, for machines'],
        ['rope bench --goals --peers', 'what the project promises, on this machine'],
        ['rope bench --auto --quick', 'whether @rope/auto chooses well here'],
        ['rope bench --backend webgpu', 'the WebGPU backend in Node, with the npm package webgpu'],
        ['rope bench --gpu', 'the WebGPU backend against a copy kernel and onnxruntime-web'],
      ]),
    )
    .action((options: BenchOptions) => start(options, context))
}

function start(options: BenchOptions, context: Context): Promise<void> {
  if (options.gpu !== undefined) return benchGpu(options, context)
  if (options.backend?.includes(GPU) === true) return benchNamedGpu(options, context)
  return options.auto === true ? benchAuto(options, context) : bench(options, context)
}

/** The GPU's time is measured in another way than calls of a CPU: by itself, and without peers here. */
async function benchNamedGpu(options: BenchOptions, context: Context): Promise<void> {
  const other = options.backend?.find((name) => name !== GPU)
  const mode = (['goals', 'auto', 'peers'] as const).find((name) => options[name] === true)
  if (other !== undefined || mode !== undefined) {
    const beside = other === undefined ? `--${mode}` : `backend ${JSON.stringify(other)}`
    throw new RopeError(
      'INVALID_OPTION',
      `backend ${GPU} is measured by itself, not with ${beside}; run 'rope bench --backend ${GPU}', or 'rope bench --gpu' to measure it in a browser`,
      { field: '--backend' },
    )
  }
  try {
    await benchGpu({ ...options, gpu: 'node' }, context)
  } catch (error) {
    if (!RopeError.isInstance(error) || error.code !== 'UNAVAILABLE') throw error
    throw new RopeError('UNAVAILABLE', unavailable(GPU, error.message), {
      field: '--backend',
      cause: error,
    })
  }
}

async function bench(options: BenchOptions, context: Context): Promise<void> {
  const { filter, backend: names } = options
  const file = options.json === undefined ? null : await checkOutput(options.json, [])
  const backends = chosenBackends(context.backends, names)
  if (names !== undefined) await checkAvailable(backends)
  const output = new BenchOutput(context.io)
  const mode = modeOf(options)
  const result = await runBench({
    mode,
    backends,
    peers: options.peers === true ? NODE_PEERS : [],
    ...(filter === undefined ? {} : { filter }),
    machine: describeMachine(),
    packages: versions(backends),
    suiteVersion: SUITE_VERSION,
    packageSize,
    onProgress: (progress) => output.progress(progress),
    onGroup: (group) => output.group(group, mode),
  })
  checkNotEmpty(result, filter)
  output.end(result, options.peers === true)
  if (file !== null) await writeResult(file, result)
  context.finish(hasFailure(result) ? CHECK_FAILED : OK)
}

function modeOf({ quick, goals }: BenchOptions): Mode {
  if (goals === true) return 'goals'
  return quick === true ? 'quick' : 'full'
}

/** Those on the CPU, or those of them that were named. */
function chosenBackends(
  known: readonly BackendEntry[],
  names: readonly string[] | undefined,
): readonly BackendEntry[] {
  const all = cpuBackends(known)
  if (names === undefined) return all
  return [...new Set(names)].map((name) => {
    const entry = all.find((candidate) => candidate.name === name)
    if (entry !== undefined) return entry
    const list = [...all.map((candidate) => candidate.name), GPU].join(', ')
    throw new RopeError(
      'INVALID_OPTION',
      `unknown backend ${JSON.stringify(name)}; known backends: ${list}`,
      { field: '--backend' },
    )
  })
}

function versions(backends: readonly BackendEntry[]): Readonly<Record<string, string | null>> {
  const names = ['@rope/core', ...backends.map(({ packageName }) => packageName)]
  return { '@rope/cli': ownVersion(), ...installedVersions(names) }
}

/** A named backend that cannot run here is a mistake, found before anything is measured. */
async function checkAvailable(backends: readonly BackendEntry[]): Promise<void> {
  for (const entry of backends) {
    const found = await detectBackend(entry)
    if (found.available) {
      found.discard()
      continue
    }
    throw new RopeError('UNAVAILABLE', unavailable(found.name, absenceText(found)), {
      field: '--backend',
    })
  }
}

/** A filter that keeps nothing is a mistake, not a success. */
function checkNotEmpty({ groups }: BenchResult, filter: string | undefined): void {
  if (groups.length > 0) return
  throw new RopeError(
    'INVALID_OPTION',
    `no group has ${JSON.stringify(filter)} in its id or title; ids look like 'llama-3-8b/4096/float32/half/bshd/in-place'`,
    { field: '--filter' },
  )
}

async function writeResult(file: OutputFile, result: BenchResult): Promise<void> {
  await writeOutput(file, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`))
}

function hasFailure({ groups }: BenchResult): boolean {
  return groups.some(({ entries }) => entries.some(({ status }) => status === 'fail'))
}

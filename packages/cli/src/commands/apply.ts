/**
 * `rope apply`: rotates the q and k tensors of a safetensors file into another file.
 * The input is read once and never written; the output appears whole or not at all.
 */

import {
  createRope,
  type DType,
  type Layout,
  type PairingName,
  type Positions,
  type Rope,
  type RopeConfig,
} from '@rope/core'
import type { Backend } from '@rope/core/backend'
import {
  elementTypeOf,
  parseSafetensors,
  type Safetensors,
  tensorBytes,
  tensorData,
} from '@rope/core/safetensors'
import { type Command, Option } from 'commander'
import { createBackend } from '../backends.js'
import type { Context } from '../context.js'
import { checkOutput, writeOutput } from '../files/output-file.js'
import { readWholeFile } from '../files/read-file.js'
import { type Column, table } from '../format/table.js'
import { count, oneLine, quoted } from '../format/text.js'
import { helpNotes } from '../help.js'
import type { Io } from '../io.js'
import {
  backendOption,
  pairingOption,
  parseNames,
  parseNumber,
  parseNumbers,
  profileOption,
} from '../options.js'
import { readModelConfig, selectRotatingProfile, withPrefix } from '../profiles.js'
import {
  type HeadTensor,
  LAYOUT_NAMES,
  type OtherTensor,
  type Selected,
  selectTensors,
} from './apply-tensors.js'

interface ApplyOptions {
  readonly config: string
  readonly in: string
  readonly out: string
  readonly offset?: number
  readonly positions?: readonly number[]
  readonly inverse?: boolean
  readonly layout: Layout
  readonly tensors?: readonly string[]
  readonly backend?: string
  readonly profile?: string
  readonly pairing?: PairingName
}

/** Adds `apply` to the program. */
export function addApply(program: Command, context: Context): void {
  program
    .command('apply')
    .description('rotate the q and k tensors of a safetensors file into another file')
    .requiredOption('--config <file>', "the model's config.json, or - for standard input")
    .requiredOption('--in <file>', 'the safetensors file to read; it is never written')
    .requiredOption('--out <file>', 'the safetensors file to write, whole or not at all')
    .addOption(offsetOption())
    .addOption(positionsOption())
    .option('--inverse', 'rotate back')
    .addOption(layoutOption())
    .addOption(tensorsOption())
    .addOption(backendOption('the backend to use (default: the first that is available)'))
    .addOption(profileOption())
    .addOption(pairingOption())
    .addHelpText('after', `${RULES}\n${helpNotes(EXAMPLES)}`)
    .action((options: ApplyOptions) => apply(options, context))
}

const RULES = `
Rotates every floating-point tensor that has as many axes as the layout: 4 for bshd, bhsd and
sbhd; 3 for thd, for flat, and for bshd without its batch axis (b batch, s and t tokens, h heads,
d head dimension; flat keeps heads and channels on its last axis). All other tensors and the
metadata are copied byte for byte; the copied tensors are listed on standard error. A tensor
whose head dimension is not the config's is an error, and so is a file without anything to
rotate.`

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['rope apply --config config.json --in qk.safetensors --out rotated.safetensors', ''],
  ['rope apply --config config.json --in qk.safetensors --out next.safetensors --offset 4096', ''],
  ['rope apply --config config.json --in rotated.safetensors --out back.safetensors --inverse', ''],
]

function offsetOption(): Option {
  return new Option('--offset <n>', 'position of the first token (default: 0)').argParser(
    parseNumber,
  )
}

function positionsOption(): Option {
  return new Option('--positions <a,b,c>', 'position of each token: one per token')
    .argParser(parseNumbers)
    .conflicts('offset')
}

function layoutOption(): Option {
  return new Option('--layout <name>', 'order of the axes').choices(LAYOUT_NAMES).default('bshd')
}

function tensorsOption(): Option {
  return new Option('--tensors <names>', 'rotate these only, separated by commas').argParser(
    parseNames,
  )
}

async function apply(options: ApplyOptions, { io, backends }: Context): Promise<void> {
  const inputs = [['--in', options.in] as const, ['--config', options.config] as const]
  const output = await checkOutput(options.out, inputs)
  const model = await readModelConfig(options.config, options.pairing, io)
  const { config, warnings } = selectRotatingProfile(model, options.profile)
  const file = await readSafetensors(options.in)
  const backend = await createBackend(backends, options.backend, dtypesOf(file))
  try {
    const selected = selectTensors([...file.tensors.values()], {
      layout: options.layout,
      headDim: config.headDim,
      dtypes: backend.capabilities.dtypes,
      names: options.tensors,
    })
    await rotateAll(file, selected.heads, config, backend, options)
    await writeOutput(output, file.bytes)
    for (const warning of warnings) io.stderr.write(`rope: warning: ${oneLine(warning)}\n`)
    report(selected, options, config, backend, io)
  } finally {
    backend.dispose()
  }
}

/** The element types of a file that a backend could be asked to rotate. */
function dtypesOf(file: Safetensors): readonly DType[] {
  const types = [...file.tensors.values()].map(({ dtype }) => elementTypeOf(dtype))
  return [...new Set(types.filter((dtype) => dtype !== null))]
}

/** The bytes are this process's own, so tensors may be rotated where they lie. */
async function readSafetensors(path: string): Promise<Safetensors> {
  const bytes = await readWholeFile(path, Number.MAX_SAFE_INTEGER)
  return parseSafetensors(bytes, { source: oneLine(path) })
}

async function rotateAll(
  file: Safetensors,
  heads: readonly HeadTensor[],
  config: RopeConfig,
  backend: Backend,
  options: ApplyOptions,
): Promise<void> {
  const rope = createRope(config, { backend })
  const positions = options.positions ?? options.offset ?? 0
  for (const head of heads) {
    try {
      await rotateTensor(file, head, rope, positions, options.inverse === true)
    } catch (error) {
      throw withPrefix(error, `tensor ${quoted(head.tensor.name)}`)
    }
  }
  rope.dispose()
}

async function rotateTensor(
  file: Safetensors,
  { tensor, dtype, layout }: HeadTensor,
  rope: Rope,
  positions: Positions,
  inverse: boolean,
): Promise<void> {
  const data = tensorData(file, tensor.name)
  // The dtypes of head tensors live in these three kinds of array.
  const elements = data as Float64Array | Float32Array | Uint16Array
  const q = { data: elements, shape: tensor.shape, dtype, layout }
  await rope.rotateAsync({ q, positions, inverse })
  // Unaligned tensors came as a copy; for the others this writes bytes onto themselves.
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)
  tensorBytes(file, tensor.name).set(bytes)
}

function report(
  { heads, others }: Selected,
  options: ApplyOptions,
  config: RopeConfig,
  backend: Backend,
  io: Io,
): void {
  for (const line of others.map(copiedLine)) io.stderr.write(`${line}\n`)
  const direction = options.inverse === true ? 'back' : 'forward'
  const summary = `rotated ${count(heads.length, 'tensor')} ${direction} (${config.pairing} pairing, ${positionsText(options)}) on ${backend.name}`
  const columns: readonly Column[] = [
    { title: '  tensor', align: 'left' },
    { title: 'dtype', align: 'left' },
    { title: `shape (${options.layout})`, align: 'left' },
  ]
  const rows = heads.map(({ tensor: { name, dtype, shape } }) => [
    `  ${oneLine(name)}`,
    dtype,
    `[${shape.join(', ')}]`,
  ])
  io.stdout.write(`${summary}\n${table(columns, rows)}\nwrote ${oneLine(options.out)}\n`)
}

function copiedLine({ tensor, reason }: OtherTensor): string {
  return `copied unchanged: ${oneLine(tensor.name)} (${reason})`
}

function positionsText({ positions, offset = 0 }: ApplyOptions): string {
  return positions === undefined
    ? `positions from ${offset}`
    : `${count(positions.length, 'given position')}`
}

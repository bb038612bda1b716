/**
 * `rope convert`: writes what a model's file says about RoPE in another form, or permutes the q and
 * k weights of a checkpoint from one pairing to the other. Inputs are never written.
 */
import { PAIRINGS, type PairingName, RopeError } from '@rope/core'
import { parseSafetensors } from '@rope/core/safetensors'
import { type Command, Option } from 'commander'
import type { Context } from '../context.js'
import { ggmlRowBytes } from '../files/ggml-types.js'
import { checkOutput, writeOutput } from '../files/output-file.js'
import { readWholeFile } from '../files/read-file.js'
import { readGguf } from '../files/read-gguf.js'
import { recognise } from '../files/recognise.js'
import { count, oneLine, quoted } from '../format/text.js'
import { helpNotes } from '../help.js'
import type { Io } from '../io.js'
import { lengthOption, pairingOption, parseNames, profileOption } from '../options.js'
import { type ModelConfig, readModelConfig, withPrefix } from '../profiles.js'
import { checkFormOptions, convertForm, FORMS, type Form } from './convert-forms.js'
import { permuteWeights, selectWeights, type WeightTensor } from './convert-weights.js'

interface ConvertOptions {
  readonly to: Form | PairingName
  readonly out?: string
  readonly weights?: string
  readonly tensors?: readonly string[]
  readonly profile?: string
  readonly length?: number
  readonly pairing?: PairingName
  readonly modelType?: string
  readonly architecture?: string
}

/** Adds `convert` to the program. */
export function addConvert(program: Command, context: Context): void {
  program
    .command('convert')
    .description("write a model's RoPE in another form, or permute its weights")
    .argument(
      '<file>',
      'a Hugging Face config.json, or - for one on standard input, or a GGUF file',
    )
    .addOption(toOption())
    .option('--out <file>', 'the file to write (default for JSON: standard output)')
    .option('--weights <file>', 'permute q and k of this safetensors or GGUF file instead')
    .addOption(tensorsOption())
    .option('--architecture <name>', "llama.cpp's name of the architecture, for --to gguf")
    .option('--model-type <name>', 'model_type to write, for --to legacy and v5')
    .addOption(lengthOption('rows of the caches, for --to onnx; length of sequences, for mlx'))
    .addOption(profileOption())
    .addOption(pairingOption())
    .addHelpText('after', `${RULES}\n${helpNotes(EXAMPLES)}`)
    .action((path: string, options: ConvertOptions) => convert(path, options, context))
}

const RULES = `
Forms: legacy and v5 are keys of a config.json, gguf a small file with metadata and factor tensors,
onnx a safetensors file with cos_cache and sin_cache, mlx the arguments of mx.fast.rope as JSON.
Files of the last three forms are read too; tables hold frequencies, but not always their schedule.
What is written is read back first; a form that would not give the same RoPE again is refused.
With --weights, --to is a pairing: the rows of q and k projections, their biases and norms, and the
outer half of LoRA pairs are permuted; all else is copied byte for byte.`

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['rope convert config.json --to v5', 'rope_parameters from rope_scaling'],
  [
    'rope convert model.gguf --to legacy --model-type llama',
    "a config.json's keys from a GGUF file",
  ],
  ['rope convert config.json --to gguf --architecture llama --out rope.gguf', ''],
  ['rope convert config.json --to onnx --length 4096 --out caches.safetensors', ''],
  [
    'rope convert config.json --weights model.safetensors --to interleaved --out permuted.safetensors',
    '',
  ],
]

function toOption(): Option {
  return new Option('--to <form>', 'the form to write; with --weights, the pairing')
    .choices([...FORMS, ...PAIRINGS])
    .makeOptionMandatory()
}

function tensorsOption(): Option {
  return new Option(
    '--tensors <names>',
    'with --weights: permute these only, separated by commas',
  ).argParser(parseNames)
}

async function convert(path: string, options: ConvertOptions, { io }: Context): Promise<void> {
  const { to, weights, out } = options
  if (isPairing(to)) {
    if (weights === undefined)
      throw usage('--weights', `--to ${to} permutes weights; add --weights FILE`)
    if (out === undefined) throw usage('--out', '--weights needs --out FILE')
    return convertWeights(path, weights, out, to, options, io)
  }
  if (weights !== undefined)
    throw usage('--to', `--to is ${to}; with --weights: half or interleaved`)
  await convertConfig(path, to, options, io)
}

function isPairing(to: Form | PairingName): to is PairingName {
  return (PAIRINGS as readonly string[]).includes(to)
}

function usage(field: string, problem: string): RopeError {
  return new RopeError('INVALID_OPTION', problem, { field })
}

async function convertConfig(
  path: string,
  form: Form,
  options: ConvertOptions,
  io: Io,
): Promise<void> {
  checkFormOptions(form, options)
  const output =
    options.out === undefined ? null : await checkOutput(options.out, [['the input', path]])
  const model = await readModelConfig(path, options.pairing, io)
  const converted = prefixed(model, () => convertForm(model, form, options))
  if (output === null && !converted.isText) {
    throw usage('--out', `--to ${form} writes a binary file; name it with --out FILE`)
  }
  const overridden = await overrideNotes(path, model, options.pairing, io)
  for (const note of [...warningsOf(model), ...converted.notes, ...overridden]) say(io, note)
  if (output === null) io.stdout.write(new TextDecoder().decode(converted.content))
  else {
    await writeOutput(output, converted.content)
    io.stdout.write(`wrote ${oneLine(output.name)}\n`)
  }
}

/** `--pairing` against the architecture of a GGUF file, which says how its weights lie. */
async function overrideNotes(
  path: string,
  { format, modelType, source }: ModelConfig,
  pairing: PairingName | undefined,
  io: Io,
): Promise<readonly string[]> {
  if (format !== 'gguf' || pairing === undefined) return []
  const { profiles } = await readModelConfig(path, undefined, io)
  const own = profiles.find(({ config }) => config !== null)?.config?.pairing
  if (own === undefined || own === pairing) return []
  return [
    `architecture ${modelType} has ${own} weights: --pairing ${pairing} is right once q and k of ${source} are permuted to ${pairing} (rope convert --weights)`,
  ]
}

function say(io: Io, text: string): void {
  io.stderr.write(`rope: note: ${oneLine(text)}\n`)
}

function warningsOf({ profiles }: ModelConfig): readonly string[] {
  return [...new Set(profiles.flatMap(({ warnings }) => warnings))]
}

function prefixed<Value>({ source }: ModelConfig, make: () => Value): Value {
  try {
    return make()
  } catch (error) {
    // What is wrong with --profile is said with the file's name already.
    const isNamed = RopeError.isInstance(error) && error.field === '--profile'
    throw isNamed ? error : withPrefix(error, source)
  }
}

/** A checkpoint in memory of our own, and its tensors. */
interface Checkpoint {
  readonly bytes: Uint8Array
  readonly tensors: readonly WeightTensor[]
}

async function convertWeights(
  path: string,
  weights: string,
  out: string,
  to: PairingName,
  options: ConvertOptions,
  io: Io,
): Promise<void> {
  const output = await checkOutput(out, [
    ['the input', path],
    ['--weights', weights],
  ])
  const model = await readModelConfig(path, options.pairing, io)
  const isGguf = (await recognise(weights)) === 'gguf'
  const { bytes, tensors } = isGguf
    ? await readGgufWeights(weights)
    : await readSafetensors(weights)
  const selected = selectWeights(tensors, model, options.tensors)
  const isThere = selected.every(({ config }) => config.pairing === to)
  if (isThere) {
    throw usage(
      '--to',
      `${model.source} says that the weights are ${to} already; --pairing says otherwise`,
    )
  }
  permuteWeights(bytes, selected, to)
  await writeOutput(output, bytes)
  for (const warning of warningsOf(model)) say(io, warning)
  if (isGguf) {
    say(
      io,
      'GGUF readers take the pairing from the architecture: this file is for one that is told',
    )
  }
  const from = to === 'half' ? 'interleaved' : 'half'
  io.stdout.write(
    `permuted ${count(selected.length, 'tensor')} from ${from} to ${to}, copied ${tensors.length - selected.length}\nwrote ${oneLine(out)}\n`,
  )
}

async function readSafetensors(path: string): Promise<Checkpoint> {
  const bytes = await readWholeFile(path, Number.MAX_SAFE_INTEGER)
  const { tensors } = parseSafetensors(bytes, { source: oneLine(path) })
  return { bytes, tensors: [...tensors.values()] }
}

async function readGgufWeights(path: string): Promise<Checkpoint> {
  const { tensorInfos } = await readGguf(path)
  const bytes = await readWholeFile(path, Number.MAX_SAFE_INTEGER)
  const tensors = tensorInfos.map(({ name, type, shape, byteOffset }): WeightTensor => {
    // GGUF lists the innermost axis first; a vector is a column of rows of one number.
    const [columns, rows] = shape.length === 1 ? [1, shape[0] ?? 0] : [shape[0] ?? 0, shape[1] ?? 0]
    const rowBytes = ggmlRowBytes(type, columns)
    // Negative for types whose rows are not known: no harm unless one of them is q or k.
    const byteLength = rowBytes === null ? -1 : rowBytes * rows
    if (byteOffset + byteLength > bytes.length) {
      throw new RopeError(
        'INVALID_FILE',
        `${quoted(path)}: tensor ${quoted(name)} ends after the file`,
      )
    }
    return { name, shape: [...shape].reverse(), byteOffset, byteLength }
  })
  return { bytes, tensors }
}

/**
 * `rope explain`: which backend `@rope/auto` would choose for a call, and why not the others.
 */
import { type AutoRope, type CallDescription, createRope, type Explanation } from '@rope/auto'
import type { BackendEntry } from '@rope/auto/backends'
import { DTYPES, type DType, type PairingName, RopeError } from '@rope/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.js'
import { CHECK_FAILED, OK } from '../exit-codes.js'
import { helpNotes } from '../help.js'
import { backendOption, jsonOption, parseNumber, parseNumbers, parsePairing } from '../options.js'
import { makeCalls } from './typical-calls.js'

interface ExplainOptions {
  readonly tokens: number
  readonly heads: readonly number[]
  readonly dim: number
  readonly rotaryDim?: number
  readonly dtype: DType
  readonly pairing: PairingName
  readonly memory?: string
  readonly outOfPlace?: boolean
  readonly backend?: string
  readonly json?: boolean
}

/** The shape of a call, as far as a config knows it. */
type Shape = Pick<ExplainOptions, 'dim' | 'rotaryDim' | 'pairing' | 'backend'>

const PAIRINGS: readonly PairingName[] = ['half', 'interleaved']

/** Adds `explain` to the program. */
export function addExplain(program: Command, context: Context): void {
  program
    .command('explain')
    .description('say which backend @rope/auto chooses for a call, and why not the others')
    .option('--tokens <n>', 'tokens of the call: 1 for a decode step', parseTokens, 1)
    .addOption(headsOption())
    .option('--dim <n>', 'channels of a head', parseNumber, 128)
    .option('--rotary-dim <n>', 'channels that rotate; all of them when absent', parseNumber)
    .addOption(new Option('--dtype <type>', 'element type').choices(DTYPES).default('float32'))
    .addOption(pairingOption())
    .option(
      '--memory <name>',
      "whose memory it works on: foreign, or a backend's own, such as wasm",
    )
    .option('--out-of-place', 'writes to other memory than it reads')
    .addOption(
      backendOption('as if this one had been asked for; it is an error when it cannot run here'),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      helpNotes([
        ['rope explain --heads 32,8 --dim 128', 'a decode step of Llama-3-8B'],
        ['rope explain --tokens 4096 --dtype bfloat16', 'a long prompt'],
        ['rope explain --tokens 512 --json', 'the same as data'],
      ]),
    )
    .action((options: ExplainOptions) => explainCall(options, context))
}

function headsOption(): Option {
  return new Option('--heads <q,k>', 'heads of q, or of q and k')
    .argParser(parseNumbers)
    .default([32, 8], '32,8')
}

function pairingOption(): Option {
  return new Option('--pairing <name>', 'which channels form a pair')
    .choices(PAIRINGS)
    .argParser(parsePairing)
    .default('half')
}

/** A call of no tokens does nothing, so that no backend would be better at it than another. */
function parseTokens(text: string): number {
  const tokens = parseNumber(text)
  if (Number.isSafeInteger(tokens) && tokens > 0) return tokens
  throw new InvalidArgumentError(
    'Accepted: a whole number, 1 or more: 1 for a decode step, 512 for a prompt of 512 tokens',
  )
}

async function explainCall(options: ExplainOptions, context: Context): Promise<void> {
  const { tokens, heads, dtype, memory, outOfPlace, json } = options
  const [q, k, ...more] = heads
  if (more.length > 0) {
    throw new RopeError(
      'INVALID_OPTION',
      `--heads has ${heads.length} numbers; accepted: those of q and of k, such as 32,8`,
      { field: '--heads' },
    )
  }
  const rope = await openRope(options, context.backends)
  try {
    const call = { tokens, heads: { q, k }, dtype, memory, inPlace: outOfPlace !== true }
    const explanation = await explainMeasured(rope, options.dim, call)
    const { text, ...data } = explanation
    context.io.stdout.write(`${json === true ? JSON.stringify(data, null, 2) : text}\n`)
    context.finish(explanation.chosen === null ? CHECK_FAILED : OK)
  } finally {
    rope.dispose()
  }
}

/** A rope over the command's backends. */
function openRope(shape: Shape, backends: readonly BackendEntry[]): Promise<AutoRope> {
  const { dim, rotaryDim, pairing, backend } = shape
  const rotary = rotaryDim === undefined ? {} : { rotaryDim }
  const schedule = { type: 'default', base: 10000 } as const
  const config = { headDim: dim, ...rotary, pairing, schedule }
  const asked = backend === undefined ? {} : { backend }
  return createRope(config, { ...asked, backends })
}

/** Makes such calls, so that there is something to tell, and explains the choice. */
async function explainMeasured(
  rope: AutoRope,
  dim: number,
  call: CallDescription,
): Promise<Explanation> {
  makeCalls(rope, dim, call)
  return rope.explain(call)
}

/** What would be chosen for typical calls, or why nothing would. */
export interface TypicalChoices {
  readonly explanations: readonly Explanation[]
  /** Null when there is a choice. */
  readonly problem: string | null
}

/** The choices for a decode step and a prompt of Llama-3-8B. */
export async function explainTypicalCalls(
  backends: readonly BackendEntry[],
): Promise<TypicalChoices> {
  let rope: AutoRope | undefined
  try {
    const opened = await openRope({ dim: 128, pairing: 'half' }, backends)
    rope = opened
    const explanations: Explanation[] = []
    for (const tokens of [1, 512]) {
      explanations.push(await explainMeasured(opened, 128, { tokens, heads: { q: 32, k: 8 } }))
    }
    return { explanations, problem: null }
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    return { explanations: [], problem: error.message }
  } finally {
    rope?.dispose()
  }
}

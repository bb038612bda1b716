/**
 * `rope inspect`: what a model's config.json or GGUF file says about its rotations, in numbers.
 */
import type { PairingName } from '@rope/core'
import type { Command } from 'commander'
import type { Context } from '../context.js'
import { type Colors, colorsFor } from '../format/colors.js'
import { oneLine } from '../format/text.js'
import { helpNotes } from '../help.js'
import { jsonOption, lengthOption, pairingOption, profileOption } from '../options.js'
import { type ModelConfig, readModelConfig, selectProfile } from '../profiles.js'
import { type ProfileReport, reportProfile } from './inspect-report.js'
import { profileText } from './inspect-text.js'

interface InspectOptions {
  readonly json?: boolean
  readonly profile?: string
  readonly pairing?: PairingName
  readonly length?: number
}

/** Adds `inspect` to the program. */
export function addInspect(program: Command, context: Context): void {
  program
    .command('inspect')
    .description("show the frequencies and wavelengths of a model's config.json or GGUF file")
    .argument(
      '<file>',
      'a Hugging Face config.json, or - for one on standard input, or a GGUF file',
    )
    .addOption(jsonOption())
    .addOption(profileOption())
    .addOption(pairingOption())
    .addOption(lengthOption('the table of sequences of this many tokens (dynamic, longrope)'))
    .addHelpText(
      'after',
      helpNotes([
        ['rope inspect config.json', 'every profile of the model'],
        ['rope inspect config.json --json', 'all inverse frequencies, in full precision'],
        ['rope inspect model.gguf', "the same for a GGUF file, with its weights' own pairing"],
        ['rope inspect config.json --length 8192', 'the table in force at that length'],
        ['curl -sL URL/config.json | rope inspect -', 'from standard input'],
      ]),
    )
    .action((path: string, options: InspectOptions) => inspect(path, options, context))
}

async function inspect(path: string, options: InspectOptions, context: Context): Promise<void> {
  const { io } = context
  const model = await readModelConfig(path, options.pairing, io)
  const chosen =
    options.profile === undefined ? model.profiles : [selectProfile(model, options.profile)]
  const length = options.length ?? null
  const reports = chosen.map((profile) => reportProfile(profile, model.maxPositions, length))
  const text =
    options.json === true
      ? JSON.stringify({ profiles: reports }, null, 2)
      : asText(model, reports, colorsFor(io.stdout, io.env))
  io.stdout.write(`${text}\n`)
}

function asText(model: ModelConfig, reports: readonly ProfileReport[], colors: Colors): string {
  return reports
    .map((report) => {
      const heading = `${model.source}, profile ${oneLine(report.name)}`
      const body = profileText(report, colors)
      const assumptions = report.assumptions.map(
        (assumption) => `  ${colors.dim('assumed:')} ${oneLine(assumption)}`,
      )
      const warnings = report.warnings.map(
        (warning) => `  ${colors.yellow('warning:')} ${oneLine(warning)}`,
      )
      return [colors.bold(heading), body, ...assumptions, ...warnings].join('\n')
    })
    .join('\n\n')
}

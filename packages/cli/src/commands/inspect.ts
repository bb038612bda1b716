/**
 * `rope inspect`: what a model's config.json says about its rotations, in numbers.
 */
import { computeFrequencies, type PairingName, type RopeConfig } from '@rope/core'
import type { Command } from 'commander'
import type { Context } from '../context.js'
import { type Colors, colorsFor } from '../format/colors.js'
import { oneLine } from '../format/text.js'
import { helpNotes } from '../help.js'
import { jsonOption, pairingOption, profileOption } from '../options.js'
import { type ModelConfig, type Profile, readModelConfig, selectProfile } from '../profiles.js'
import { profileText } from './inspect-text.js'

interface InspectOptions {
  readonly json?: boolean
  readonly profile?: string
  readonly pairing?: PairingName
}

/** One profile as JSON; a profile that does not rotate has no pairs and the factors of identity. */
interface ProfileReport {
  readonly name: string
  readonly config: RopeConfig | null
  readonly inverseFrequencies: readonly number[]
  readonly attentionFactor: number
  readonly softmaxScale: number
  readonly warnings: readonly string[]
}

/** Adds `inspect` to the program. */
export function addInspect(program: Command, context: Context): void {
  program
    .command('inspect')
    .description("show the frequencies and wavelengths of a model's config.json")
    .argument('<config>', 'a Hugging Face config.json, or - for standard input')
    .addOption(jsonOption())
    .addOption(profileOption())
    .addOption(pairingOption())
    .addHelpText(
      'after',
      helpNotes([
        ['rope inspect config.json', 'every profile of the model'],
        ['rope inspect config.json --json', 'all inverse frequencies, in full precision'],
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
  const text =
    options.json === true
      ? JSON.stringify({ profiles: chosen.map(report) }, null, 2)
      : asText(model, chosen, colorsFor(io.stdout, io.env))
  io.stdout.write(`${text}\n`)
}

function report({ name, config, warnings }: Profile): ProfileReport {
  if (config === null) {
    const none = { inverseFrequencies: [], attentionFactor: 1, softmaxScale: 1 }
    return { name, config, ...none, warnings }
  }
  const { inverseFrequencies, attentionFactor, softmaxScale } = computeFrequencies(config)
  return {
    name,
    config,
    inverseFrequencies: Array.from(inverseFrequencies),
    attentionFactor,
    softmaxScale,
    warnings,
  }
}

function asText(model: ModelConfig, profiles: readonly Profile[], colors: Colors): string {
  return profiles
    .map((profile) => {
      const heading = `${model.source}, profile ${oneLine(profile.name)}`
      const body = profileText(profile, model.maxPositions, colors)
      const warnings = profile.warnings.map(
        (warning) => `  ${colors.yellow('warning:')} ${oneLine(warning)}`,
      )
      return [colors.bold(heading), body, ...warnings].join('\n')
    })
    .join('\n\n')
}

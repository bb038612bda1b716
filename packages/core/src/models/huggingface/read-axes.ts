/**
 * M-RoPE in a config.json: `mrope_section` (consecutive, in turn, or Ernie's order) and Hunyuan's
 * `xdrope_section`. Models that always have several positions per token have their sections in code.
 */

import { show } from '../../check.js'
import { type AxesOptions, sectionAxes } from '../../config/axes.js'
import { MOST_AXES } from '../../limits.js'
import { ernieAxes, interleavedAxes } from '../../presets/text.js'
import { assumeFromCode } from '../notes.js'
import type { LayerSource } from './layer-source.js'
import { failConfig, type Json, readFlag } from './parameters.js'

/** The axes of a dictionary, or undefined when a token has one position. */
export function readAxes(source: LayerSource, pairs: number): AxesOptions | undefined {
  const { parameters, facts } = source
  const multi = readSections(parameters, 'mrope_section', pairs)
  const extended = readSections(parameters, 'xdrope_section', pairs)
  if (multi !== undefined && extended !== undefined) {
    failConfig('xdrope_section', 'is there, and so is mrope_section; keep one of the two')
  }
  if (extended !== undefined) return sectionAxes(extended)
  const sections = multi ?? sectionsOfCode(source, pairs)
  if (sections === undefined) return undefined
  if (facts.order === 'ernie') return ernieAxes(sections)
  if (!takesTurns(source)) return sectionAxes(sections)
  if (sections.length !== 3) {
    failConfig('mrope_section', `has ${sections.length} entries; interleaved sections need 3`)
  }
  return interleavedAxes(sections)
}

/** Whether time, height and width take turns; models whose code does so need not say it. */
function takesTurns({ parameters, facts, config, notes }: LayerSource): boolean {
  const inTurn = readFlag(parameters.mrope_interleaved, 'mrope_interleaved')
  if (facts.order !== 'turns') return inTurn === true
  if (inTurn === false) {
    failConfig(
      'mrope_interleaved',
      `is false, but the code of ${show(config.model_type)} takes the axes in turn; set it to true`,
    )
  }
  if (inTurn !== true) assumeFromCode(notes, 'mrope_interleaved', true, config.model_type)
  return true
}

/** The code's sections. Axes in turn end where the pairs do, and time has what is left over. */
function sectionsOfCode(
  { facts, notes, config }: LayerSource,
  pairs: number,
): readonly number[] | undefined {
  const { sections, order } = facts
  if (sections === undefined) return undefined
  const own = order === 'turns' ? clipped(sections, pairs) : sections
  const total = own.reduce((sum, size) => sum + size, 0)
  if (total !== pairs) {
    failConfig(
      'mrope_section',
      `is missing; that of the code, ${show(own)}, sums to ${total}, not to ${pairs} pairs: add it`,
    )
  }
  assumeFromCode(notes, 'mrope_section', own, config.model_type)
  return own
}

function clipped(sections: readonly number[], pairs: number): readonly number[] {
  const [, height = 0, width = 0] = sections
  const most = (axis: number): number => Math.max(0, Math.floor((pairs - axis + 2) / 3))
  const own = [Math.min(height, most(1)), Math.min(width, most(2))]
  return [pairs - own.reduce((sum, size) => sum + size, 0), ...own]
}

function readSections(parameters: Json, key: string, pairs: number): readonly number[] | undefined {
  const sections = parameters[key]
  if (sections === undefined || sections === null) return undefined
  if (
    !Array.isArray(sections) ||
    sections.length > MOST_AXES ||
    !sections.every((size) => Number.isSafeInteger(size) && size >= 0)
  ) {
    return failConfig(key, `is ${show(sections)}; accepted: a list of whole numbers of pairs`)
  }
  const total = sections.reduce((sum: number, size: number) => sum + size, 0)
  if (total === pairs) return sections
  return failConfig(key, `sums to ${total}; accepted: ${pairs}, the number of pairs`)
}

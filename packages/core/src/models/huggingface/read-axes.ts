/**
 * M-RoPE in a config.json: `mrope_section` (consecutive, in turn, or Ernie's order) and Hunyuan's
 * `xdrope_section`.
 */

import { show } from '../../check.js'
import { type AxesOptions, sectionAxes } from '../../config/axes.js'
import { MOST_AXES } from '../../limits.js'
import { ernieAxes, interleavedAxes } from '../../presets/text.js'
import { alternatesHeightWidth } from './model-types.js'
import { failConfig, type Json } from './parameters.js'

/** The axes of a dictionary, or undefined when a token has one position. */
export function readAxes(config: Json, parameters: Json, pairs: number): AxesOptions | undefined {
  const multi = readSections(parameters, 'mrope_section', pairs)
  const extended = readSections(parameters, 'xdrope_section', pairs)
  if (multi !== undefined && extended !== undefined) {
    failConfig('xdrope_section', 'is there, and so is mrope_section; keep one of the two')
  }
  if (extended !== undefined) return sectionAxes(extended)
  if (multi === undefined) return undefined
  const { mrope_interleaved: inTurn } = parameters
  if (inTurn !== undefined && inTurn !== null && typeof inTurn !== 'boolean') {
    failConfig('mrope_interleaved', `is ${show(inTurn)}; accepted: true or false`)
  }
  if (alternatesHeightWidth(config.model_type)) return ernieAxes(multi)
  if (inTurn !== true) return sectionAxes(multi)
  if (multi.length !== 3) {
    failConfig('mrope_section', `has ${multi.length} entries; interleaved sections need 3`)
  }
  return interleavedAxes(multi)
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

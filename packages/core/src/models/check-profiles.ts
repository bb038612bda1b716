/**
 * What the writers of model files are given: one config, or a profile per kind of layer.
 */
import { checkList, checkRecord, isList, reject } from '../check.js'
import { type RopeConfig, resolveConfig } from '../config/config.js'
import { checkAnyNumbers } from '../numbers/lists.js'
import type { WritableProfile } from './profile.js'

/** A profile with nothing left open. */
export type CheckedProfile = Required<WritableProfile>

/**
 * Profiles whose configs are resolved; one config is the profile `default`.
 *
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 */
export function checkProfiles(
  rope: RopeConfig | readonly WritableProfile[],
): readonly CheckedProfile[] {
  if (!isList(rope)) {
    return [{ name: 'default', config: resolveConfig(rope as RopeConfig), layers: null }]
  }
  return Array.from(checkList(rope, 'rope', 'a config, or a list of profiles'), checkProfile)
}

/** Names stand in messages. */
const LONGEST_NAME = 80

function checkProfile(given: unknown, index: number): CheckedProfile {
  const field = `rope[${index}]`
  const { name, config, layers } = checkRecord(given, field, '{ name, config, layers }')
  if (typeof name !== 'string' || name.length > LONGEST_NAME) {
    return reject('INVALID_OPTION', `${field}.name`, name, 'a short text such as full_attention')
  }
  return {
    name,
    config: config === null ? null : resolveConfig(config as RopeConfig),
    layers: (layers ?? null) === null ? null : checkAnyNumbers(layers, `${field}.layers`),
  }
}

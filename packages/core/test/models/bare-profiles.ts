/**
 * Profiles without what a reader says about its reading, to compare what two files mean.
 */
import type { RopeConfig } from '../../src/config/config.js'
import type { WritableProfile } from '../../src/models/profile.js'

/** A config without the sentences about where it came from. */
export function bareConfig<Config extends RopeConfig | null>(config: Config): Config {
  if (config === null) return config
  const { assumptions: _, ...rest } = config
  return rest as Config
}

/** Names, configs and layers. */
export function bareProfiles(profiles: readonly WritableProfile[]): readonly WritableProfile[] {
  return profiles.map(({ name, config, layers }) => ({
    name,
    config: bareConfig(config),
    ...(layers === undefined ? {} : { layers }),
  }))
}

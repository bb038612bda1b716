/**
 * config.json files of released models with something changed: profiles that can be used, and
 * that come back the same when they are written in either version; or a refusal.
 */
import assert from 'node:assert/strict'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { mutated } from '../../../../tooling/fuzz/mutate.js'
import { chance, pick, type Random } from '../../../../tooling/fuzz/random.js'
import { RopeError } from '../../src/errors.js'
import { huggingFaceProfiles } from '../../src/models/huggingface/from-hugging-face.js'
import { toHuggingFace } from '../../src/models/huggingface/to-hugging-face.js'
import type { RopeProfile } from '../../src/models/profile.js'
import { bareConfig } from '../models/bare-profiles.js'
import { REAL_CONFIGS } from '../models/huggingface/real-configs.js'
import { checkConfig } from './check-config.js'

const SEEDS = Object.values(REAL_CONFIGS).map(({ json }) => json)

const essence = (profiles: readonly RopeProfile[]): string =>
  JSON.stringify(profiles.map(({ name, config }) => [name, bareConfig(config)]))

function checkRoundTrip(
  profiles: readonly RopeProfile[],
  modelType: unknown,
  random: Random,
): void {
  const version = pick(random, ['v5', 'legacy'] as const)
  let json: unknown
  try {
    const type = typeof modelType === 'string' ? modelType : undefined
    json = toHuggingFace(profiles, { version, modelType: type })
  } catch (error) {
    // Not everything has a form in either version; what does is read back.
    if (RopeError.isInstance(error)) return
    throw error
  }
  assert.equal(essence(huggingFaceProfiles(JSON.parse(JSON.stringify(json)))), essence(profiles))
}

fuzz('config.json', {
  make: (random) => mutated<unknown>(random, SEEDS),
  check: (json, random) => {
    const profiles = huggingFaceProfiles(json)
    assert.ok(profiles.length > 0)
    // Frequencies and writing take a hundred times as long as reading.
    if (!chance(random, 1 / 16)) return
    for (const { config } of profiles) if (config !== null) checkConfig(config)
    checkRoundTrip(profiles, (json as { model_type?: unknown }).model_type, random)
  },
})

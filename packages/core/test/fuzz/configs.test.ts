/**
 * Options of every schedule with something changed: a config whose table is finite, or a refusal.
 */
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { mutated } from '../../../../tooling/fuzz/mutate.js'
import { pick } from '../../../../tooling/fuzz/random.js'
import { resolveConfig } from '../../src/config/config.js'
import { checkConfig } from './check-config.js'
import { OPTIONS } from './seeds.js'

const LENGTHS = [undefined, 0, 1, 4096, 4097, 100_000, 2 ** 53]

fuzz('configs', {
  make: (random) => mutated(random, OPTIONS),
  check: (options, random) => checkConfig(resolveConfig(options), pick(random, LENGTHS)),
})

/**
 * The same random inputs in every run, so that a red test is red again. ROPE_SEED=N looks at
 * others.
 */
import fc from 'fast-check'

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: Number(process.env.ROPE_SEED ?? 20_240_501),
})

/**
 * What every config that got through promises.
 */
import assert from 'node:assert/strict'
import {
  computeFrequencies,
  type RopeConfig,
  regimeFor,
  resolveConfig,
} from '../../src/config/config.js'

const isSane = (value: number): boolean => Number.isFinite(value)

/** A config resolves to itself, survives JSON, and has a table whose numbers are finite. */
export function checkConfig(config: RopeConfig, length?: number): void {
  const json = JSON.stringify(config)
  assert.equal(JSON.stringify(resolveConfig(JSON.parse(json))), json)
  const table = computeFrequencies(config, length)
  if (length !== undefined) regimeFor(config, length)
  const pairs = config.rotaryDim / 2
  assert.equal(table.inverseFrequencies.length, pairs)
  const isSound =
    table.inverseFrequencies.every(isSane) &&
    table.residuals.every(isSane) &&
    table.float32Frequencies.every(isSane) &&
    Math.fround(table.attentionFactor) > 0 &&
    Number.isFinite(Math.fround(table.attentionFactor)) &&
    Math.fround(table.softmaxScale) > 0 &&
    Number.isFinite(Math.fround(table.softmaxScale))
  assert.ok(isSound)
}

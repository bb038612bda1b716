import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { type AutoOptions, checkOptions } from '../src/options.js'

const WRONG: readonly (readonly [field: string, options: unknown])[] = [
  ['options', null],
  ['options', []],
  ['options', 'wasm'],
  ['backends', { backends: [] }],
  ['backends', { backends: 'js' }],
  ['options.backendd', { backendd: 'js' }],
  ['options.constructor', { constructor: 1 }],
  ['options.calibrate', { calibrate: false }],
  ['options.cache', { cache: false }],
  ['options.clock', { clock: () => 0 }],
  ['device', { device: 'gpu' }],
  ['device', { device: null }],
  ['device', { device: Promise.resolve({}) }],
  ['allowSoftwareGpu', { allowSoftwareGpu: 1 }],
  ['probe', { probe: 'some' }],
  ['probeLimit', { probeLimit: 0 }],
  ['probeLimit', { probeLimit: Number.POSITIVE_INFINITY }],
  ['debug', { debug: 'yes' }],
]

describe('a wrong option is refused, by name', () => {
  test.each(WRONG)('%s in %j', (field, options) => {
    const attempt = (): unknown => checkOptions(options as AutoOptions)
    expect(attempt).toThrow(RopeError)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', field }))
    expect(attempt).toThrow(/accepted: /)
  })
})

test('right options pass, whatever is left undefined', () => {
  const options: AutoOptions = {
    backend: undefined,
    device: {},
    probe: 'all',
    probeLimit: 5,
    debug: () => undefined,
    layout: 'bshd',
  }
  expect(checkOptions(options)).toEqual(options)
})

test('a device that was not awaited, and a backend as the options, say what to write', () => {
  const attempt = (options: object) => (): unknown => checkOptions(options)
  expect(attempt({ device: Promise.resolve({}) })).toThrow('device is a Promise: await it')
  expect(attempt({ specVersion: 1, name: 'js' })).toThrow('is a backend; write { backend }')
})

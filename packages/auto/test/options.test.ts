import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { type AutoOptions, checkOptions } from '../src/options.js'

const WRONG: readonly (readonly [field: string, options: unknown])[] = [
  ['options', null],
  ['options', []],
  ['options', 'wasm'],
  ['backends', { backends: [] }],
  ['backends', { backends: 'js' }],
  ['backendd', { backendd: 'js' }],
  ['constructor', { constructor: 1 }],
  ['calibrate', { calibrate: true }],
  ['calibrate', { calibrate: { js: { float32: [] } } }],
  ['calibrate', { calibrate: { js: { float8: [{ upTo: null, overhead: 1, rate: 1 }] } } }],
  ['calibrate', { calibrate: { js: { float32: [{ upTo: 5, overhead: 1, rate: 1 }] } } }],
  ['calibrate', { calibrate: { js: { float32: [{ upTo: null, overhead: 1, rate: 0 }] } } }],
  ['device', { device: 'gpu' }],
  ['device', { device: null }],
  ['allowSoftwareGpu', { allowSoftwareGpu: 1 }],
  ['cache', { cache: true }],
  ['cache', { cache: '' }],
  ['cache', { cache: { load() {} } }],
  ['probe', { probe: 'some' }],
  ['probeLimit', { probeLimit: 0 }],
  ['probeLimit', { probeLimit: Number.POSITIVE_INFINITY }],
  ['debug', { debug: 'yes' }],
  ['clock', { clock: 5 }],
  ['now', { now: new Date() }],
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
    calibrate: { js: { float32: [{ upTo: null, overhead: 1, rate: 1 }] } },
    cache: false,
    device: {},
    probe: 'all',
    probeLimit: 5,
    debug: () => undefined,
    clock: () => 0,
    layout: 'bshd',
  }
  expect(checkOptions(options)).toBe(options)
})

import type { Machine } from '@rope/bench/machine'
import { expect, test } from 'vitest'
import { engineName } from '../../src/device/engine-name.js'

test.each([
  ['Node 20.20.2 (V8 11.3)', 'Node 20.20.2 (V8 11.3)'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140'],
])('%s is called %s', (engine, name) => {
  expect(engineName({ engine } as Machine)).toBe(name)
})

/** Results of `rope bench --auto` from outside: the reader and the published schema agree. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { readAutoText } from '../../src/results/read-auto.js'
import { autoCell, autoResult } from './auto-samples.js'
import { changed } from './changed.js'
import { SAMPLE } from './samples.js'

const BENCH = new URL('../../../../packages/bench/', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, BENCH), 'utf8')
const isAuto = new Ajv2020()
  .addSchema(JSON.parse(text('schema/result.schema.json')), 'result.schema.json')
  .compile(JSON.parse(text('schema/auto.schema.json')))

test('the result as committed is read', () => {
  const { result, problem } = readAutoText(text('results/auto.json'))
  expect(problem).toBeNull()
  expect(result?.cells.length).toBeGreaterThan(10)
})

test('the reader and the schema agree about every single change', () => {
  const cell = autoCell({ chosen: 'js', times: { js: 2 } })
  const sample = JSON.parse(
    JSON.stringify(autoResult([{ ...cell, entries: cell.entries.slice(1) }])),
  )
  expect(isAuto(sample), JSON.stringify(isAuto.errors)).toBe(true)
  let [accepted, refused] = [0, 0]
  for (const document of changed(sample)) {
    const verdict = readAutoText(JSON.stringify(document)).problem === null
    if (verdict !== isAuto(document)) {
      expect({ verdict, document }).toEqual({ verdict: !verdict, document })
    }
    if (verdict) accepted += 1
    else refused += 1
  }
  expect(accepted).toBeGreaterThan(50)
  expect(refused).toBeGreaterThan(500)
})

test('what is wrong is named, and where another file belongs', () => {
  expect(readAutoText('{').problem).toBe('it is not JSON')
  expect(readAutoText('[]').problem).toMatch(/^it is no result of rope bench --auto: /)
  const broken = autoResult([{ ...autoCell({ chosen: 'js', times: { js: 2 } }), tokens: 0 }])
  expect(readAutoText(JSON.stringify(broken)).problem).toContain('cells.0.tokens')
  expect(readAutoText(JSON.stringify(SAMPLE)).problem).toContain('the view Compare takes it')
})

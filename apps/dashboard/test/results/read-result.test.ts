/**
 * Results from outside: the reader and the published schema agree about every change of a document,
 * and what is refused is refused with a reason.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { readResultFile } from '../../src/results/read-file.js'
import { readResult, readResultText } from '../../src/results/read-result.js'
import { changed } from './changed.js'
import { SAMPLE } from './samples.js'

const BENCH = new URL('../../../../packages/bench/', import.meta.url)
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, BENCH), 'utf8'))
const isResult = new Ajv2020().compile(read('schema/result.schema.json') as object)

describe('a result from outside', () => {
  test.each(['full.json', 'goals.json'])('%s, as committed, is read', (name) => {
    const { result, problem } = readResult(read(`results/${name}`))
    expect(problem).toBeNull()
    expect(result?.groups.length).toBeGreaterThan(5)
  })

  test('the reader and the schema agree about every single change', () => {
    const plain = JSON.parse(JSON.stringify(SAMPLE)) as unknown
    expect(isResult(plain)).toBe(true)
    let [accepted, refused] = [0, 0]
    for (const document of changed(plain)) {
      const verdict = readResult(document).problem === null
      if (verdict !== isResult(document)) {
        expect({ verdict, document }).toEqual({ verdict: !verdict, document })
      }
      if (verdict) accepted += 1
      else refused += 1
    }
    expect(accepted).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(500)
  })

  test('what is wrong is named by its place', () => {
    const broken = { ...SAMPLE, run: { ...SAMPLE.run, seconds: 'three' } }
    expect(readResult(broken).problem).toMatch(/^it is no result of rope bench: run\.seconds: /)
    expect(readResultText('{').problem).toBe('it is not JSON')
    expect(readResult({ autoResultVersion: 2 }).problem).toContain('the view Understand takes it')
    expect(readResult({ ...SAMPLE, resultVersion: 2 }).problem).toContain('version 2 of the format')
  })

  test('is bounded', async () => {
    const long = { ...SAMPLE, machine: { ...SAMPLE.machine, os: 'x'.repeat(5000) } }
    expect(readResult(long).problem).toContain('machine.os')
    const many = { ...SAMPLE, goals: Array(3000).fill(null) }
    expect(readResult(many).result).toBeNull()
    const huge = new File([new Uint8Array(9 * 2 ** 20)], 'huge.json')
    expect((await readResultFile(huge)).problem).toBe(
      'huge.json: it has 9 MiB; results have at most 8',
    )
  })

  test('a file is read by its content', async () => {
    const file = new File([JSON.stringify(SAMPLE)], 'run.json')
    expect((await readResultFile(file)).result).toEqual(SAMPLE)
    expect((await readResultFile(new File(['<html>'], 'page.json'))).problem).toBe(
      'page.json: it is not JSON',
    )
  })
})

/**
 * The benchmark runs in a worker of a browser as it does in Node: the same contenders, each checked
 * against the oracle, and a description of the machine that tells no more than a browser knows.
 */
import { beforeAll, expect, test } from 'vitest'
import type { BenchResult } from '../../src/index.js'

let result: BenchResult

beforeAll(async () => {
  const worker = new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' })
  result = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data as BenchResult)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.terminate()
}, 60_000)

test('wasm and js take part, are right and have times', () => {
  expect(result.backends.map(({ name, available }) => [name, available])).toEqual([
    ['wasm', true],
    ['js', true],
  ])
  const [group] = result.groups
  const names = group?.entries.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['wasm, resident', 'wasm', 'js', 'plain loop']))
  expect(group?.entries.map(({ name, status, time }) => [name, status, time !== null])).toEqual(
    names?.map((name) => [name, 'ok', true]),
  )
})

test('the engine of the browser is named', () => {
  expect(result.machine.engine).toMatch(/Chrom/)
  expect(result.run.clockResolution).toBeGreaterThan(0)
})

/**
 * Whole runs over real backends on the real clock, as short as possible, and what the records say.
 */
import { readFileSync } from 'node:fs'
import type { BackendEntry } from '@rope/auto/backends'
import type { Backend } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { autoCells, cellId } from '../../src/auto/cell.js'
import { type AutoBenchOptions, runAutoBench } from '../../src/auto/run-auto.js'
import { SHORT } from '../settings.js'

function schema(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8'))
}

const validate = new Ajv2020({ allErrors: true })
  .addSchema(schema('result.schema.json'), 'result.schema.json')
  .compile(schema('auto.schema.json'))

/** The JavaScript backend, changed, as the front door finds it. */
function entry(
  name: string,
  change: (backend: Backend) => Partial<Backend> = () => ({}),
): BackendEntry {
  const create = (): Backend => {
    const backend = createJsBackend()
    return { ...backend, name, ...change(backend) }
  }
  return {
    name,
    packageName: `@rope/${name}`,
    device: 'cpu',
    validatesFirst: true,
    load: async () => ({ create, probe: probeJs }),
  }
}

/** Makes every call a hundred times, so that nobody takes it for the best. */
const SLOW = entry('slow', (backend) => ({
  compile: (plan) => {
    const kernel = backend.compile(plan)
    const back = backend.compile({ ...plan, direction: -1 })
    return {
      run({ views, rotation }) {
        const copies = views.map(({ source, ...view }) => {
          const copy = source.slice()
          return { ...view, source: copy, target: copy }
        })
        for (let i = 0; i < 100; i++) void back.run({ views: copies, rotation })
        return kernel.run({ views, rotation })
      },
    }
  },
}))

const MISSING: BackendEntry = {
  ...entry('missing'),
  load: async () => {
    throw new Error('no file at /opt/lib/rope.node, sorry')
  },
}

const DECODE = 'llama-3-8b/1/float32/half/bshd/in-place/foreign'

function short(options: Partial<AutoBenchOptions> = {}): AutoBenchOptions {
  const { clock: _, ...settings } = SHORT
  const backends = [SLOW, entry('js')]
  return { size: 'quick', backends, filter: DECODE, settings, ...options }
}

describe('runAutoBench', () => {
  test('says who was chosen, how good that was and what it cost, as the schema says', async () => {
    const result = await runAutoBench(short({ backends: [MISSING, SLOW, entry('js')] }))
    expect(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors)).toBe(true)
    const [cell] = result.cells
    expect(cell).toMatchObject({
      id: DECODE,
      memory: 'foreign',
      chosen: 'js',
      best: 'js',
      ratio: 1,
    })
    expect(cell?.entries.map(({ name, status }) => [name, status])).toEqual([
      ['auto', 'ok'],
      ['slow', 'ok'],
      ['js', 'ok'],
    ])
    expect(result.backends.map(({ name, available, reason }) => [name, available, reason])).toEqual(
      [
        ['missing', false, '@rope/missing does not load here: no file at rope.node, sorry'],
        ['slow', true, null],
        ['js', true, null],
      ],
    )
    expect(result.overhead.map(({ call, winner }) => [call, winner])).toEqual([
      ['bound', 'js'],
      ['step', 'js'],
      ['rotate', 'js'],
    ])
    expect(result.newPositions.map(({ backend, order }) => [backend, order])).toEqual([
      ['idle', 'consecutive'],
      ['idle', 'random'],
      ['idle, bindDecode', 'consecutive'],
      ['idle, bindDecode', 'random'],
      ['auto', 'consecutive'],
      ['auto', 'random'],
    ])
    expect(result.goals.map(({ id }) => id)).toEqual([
      'auto-right',
      'auto-worst',
      'auto-overhead',
      'rotate-consecutive',
      'rotate-random',
      'auto-new-position',
    ])
    expect(result.goals.every(({ measured }) => measured !== null)).toBe(true)
  })

  test('the schema refuses what is no result', async () => {
    const result = JSON.parse(JSON.stringify(await runAutoBench(short())))
    expect(validate(result)).toBe(true)
    const [cell] = result.cells
    expect(validate({ ...result, autoResultVersion: 1 })).toBe(false)
    expect(validate({ ...result, surprise: 1 })).toBe(false)
    expect(validate({ ...result, cells: [{ ...cell, ratio: 0 }] })).toBe(false)
    const [overhead] = result.overhead
    expect(validate({ ...result, overhead: [{ ...overhead, microseconds: null }] })).toBe(false)
  })

  test('a backend that computes the wrong thing in a cell shows FAIL and no time', async () => {
    // Right in the heads of the self-test, wrong in those of a model.
    const wrong = entry('wrong', (backend) => ({
      compile: (plan) => backend.compile(plan.headDim === 128 ? { ...plan, direction: -1 } : plan),
    }))
    const { cells, goals } = await runAutoBench(short({ backends: [wrong, entry('js')] }))
    const found = cells[0]?.entries.find(({ name }) => name === 'wrong')
    expect(found).toMatchObject({ status: 'fail', time: null })
    expect(found?.reason).toMatch(/^q, token 0, head 0, channel 0 is .* but the oracle has/)
    expect(cells[0]?.best).toBe('js')
    expect(goals[0]?.outcome).toBe('not measured')
  })

  test('memory of a backend is a kind of its own', async () => {
    const owner = entry('owner', () => ({ allocate: (_, length) => new Float32Array(length) }))
    const filter = 'llama-3-8b/1/float32/half/bshd/in-place'
    const { cells } = await runAutoBench(short({ backends: [owner, entry('js')], filter }))
    expect(cells.map(({ memory }) => memory)).toEqual(['foreign', 'owner'])
    expect(cells[1]?.title).toMatch(/, in place, memory of owner$/)
    expect(cells[1]?.entries.every(({ status }) => status === 'ok')).toBe(true)
  })

  test('tells how far it is, and each cell as soon as it is done', async () => {
    const told: string[] = []
    await runAutoBench(
      short({
        filter: 'llama-3-8b/1/',
        onProgress: ({ done, total }) => told.push(`${done} of ${total}`),
        onCell: ({ id }) => told.push(id),
      }),
    )
    expect(told).toEqual([
      '0 of 2',
      DECODE,
      '1 of 2',
      'llama-3-8b/1/bfloat16/half/bshd/in-place/foreign',
    ])
  })
})

test('the full matrix has every size, dtype, pairing, memory, layout, place and shape', () => {
  const ids = autoCells('full', ['native', 'wasm']).map(cellId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const tokens of [1, 64, 512, 4096, 32768]) {
    for (const dtype of ['float32', 'bfloat16', 'float16']) {
      for (const pairing of ['half', 'interleaved']) {
        for (const memory of ['foreign', 'native', 'wasm']) {
          expect(ids).toContain(`llama-3-8b/${tokens}/${dtype}/${pairing}/bshd/in-place/${memory}`)
        }
      }
    }
  }
  const text = ids.join('\n')
  for (const part of ['bhsd', 'out-of-place', 'gemma', 'phi', 'glm']) expect(text).toContain(part)
})

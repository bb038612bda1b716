/**
 * The program, with variants that train in this process, or pretend to.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RopeError } from '@rope/core'
import { afterAll, describe, expect, test } from 'vitest'
import { runRoformer } from '../src/roformer.js'
import {
  inThisProcess,
  type StartExtension,
  type StartVariant,
  type VariantOutcome,
} from '../src/runs/processes.js'
import type { World } from '../src/world.js'

const folder = mkdtempSync(join(tmpdir(), 'roformer '))
afterAll(() => rmSync(folder, { recursive: true }))
const DATA = fileURLToPath(new URL('../data/', import.meta.url))

interface Ending {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(
  words: readonly string[],
  variant: StartVariant,
  isTerminal = false,
  extension: StartExtension = () => Promise.reject(new Error('nothing is extended here')),
): Promise<Ending> {
  let [out, err] = ['', '']
  const world: World = {
    writeOut: (text) => {
      out += text
    },
    writeErr: (text) => {
      err += text
    },
    isTerminal,
    workers: { variant, extension },
    appFolder: folder,
  }
  const code = await runRoformer([...words, '--out', folder], world)
  return { code, out, err }
}

/** Losses fall, faster with rope; the deadline may come at step 700. */
function pretend(changes: Partial<VariantOutcome> = {}, last = 1000): StartVariant {
  return async ({ positions, seed }, report) => {
    const at = (step: number): number => 6 - (positions === 'rope' ? 2 : 1) * (step / 1000)
    const heldOut = []
    for (let step = 100; step <= last; step += 100) {
      heldOut.push([step, at(step)] as const)
      report({ step, training: at(step), heldOut: [step, at(step)] })
    }
    const measured = { loss: at(last), backend: 'js' }
    return {
      ...{ positions, seed, steps: last, heldOut, firstLosses: [], seconds: 1 },
      ...{ weights: 'a', batches: 'b', measured, ...changes },
    }
  }
}

test('a comparison that is trained: two steps of the real thing, measured on our kernels', async () => {
  const inHere: StartVariant = (job, report) => {
    const recipe = { ...job.recipe, heldOutBatches: 1, sequences: 2 }
    return inThisProcess(DATA).variant({ ...job, recipe }, report)
  }
  const { code, out } = await run(['--steps', '2'], inHere)
  expect(code).toBe(0)
  expect(out).toMatch(/^rope +2 of 2 +\d\.\d{3} +\d\.\d{3} \((native|wasm|js)\)$/m)
  const { outcomes } = JSON.parse(readFileSync(join(folder, 'mlm.json'), 'utf8'))
  expect(outcomes).toHaveLength(2)
  for (const { heldOut, measured, weights } of outcomes) {
    // The jitted model and the one on typed arrays differ by the rounding of their sums.
    expect(Math.abs(measured.loss - heldOut.at(-1)[1])).toBeLessThan(1e-4)
    expect(weights).toMatch(/^[0-9a-f]{16}$/)
  }
})

test('it says how much lower the loss is, and after how many steps', async () => {
  const { code, out, err } = await run([], pretend())
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(
    'after 1000 steps the held-out loss with rope is below that with sinusoidal: 4.000 and 5.000 nats, a gap of 1.000',
  )
  expect(readFileSync(join(folder, 'mlm.svg'), 'utf8')).toContain('<polyline')
})

test('at the deadline it says how far it came', async () => {
  const { out } = await run([], pretend({}, 700))
  expect(out).toContain('rope came as far as step 700 of 2000 in the 3 minutes that it had')
  expect(out).toContain('after 700 steps')
})

test('linear attention is told in bits, against none and learned', async () => {
  const { out } = await run(['lm'], pretend())
  expect(out).toContain('that with none: 5.771 and 7.213 bits')
  expect(out).toContain('that with learned')
  expect(existsSync(join(folder, 'lm.json'))).toBe(true)
})

test('losses that are nearly the same are called a tie', async () => {
  const same: StartVariant = (job, report) =>
    pretend()({ ...job, positions: 'rope' }, report).then((outcome) => ({
      ...outcome,
      positions: job.positions,
    }))
  expect((await run([], same)).out).toContain('a tie with that with sinusoidal')
})

test('a terminal is drawn over, other places get a line for each measurement', async () => {
  const [terminal, file] = [await run([], pretend(), true), await run([], pretend())]
  expect(terminal.out).toContain('\x1b[J')
  expect(file.out).not.toContain('\x1b')
  expect(file.out).toContain('sinusoidal 300: 5.700')
})

test('variants that did not start alike are no comparison', async () => {
  const unlike: StartVariant = (job, report) => pretend({ weights: job.positions })(job, report)
  const { code, err } = await run([], unlike)
  expect(code).toBe(1)
  expect(err).toContain('did not start from the same weights')
})

test('a process that fails makes the exit code 1', async () => {
  const failing: StartVariant = () => Promise.reject(new RopeError('BACKEND_FAILED', 'it died'))
  expect(await run([], failing)).toMatchObject({ code: 1, err: 'error: it died\n' })
})

describe('a bad argument is one line and exit code 2', () => {
  test.each([
    [['--steps', '0'], '--steps'],
    [['--minutes', 'soon'], '--minutes'],
    [['--seed', '-1'], '--seed'],
    [['train'], 'train'],
    [['--fast'], '--fast'],
  ])('%j', async (words, named) => {
    const { code, out, err } = await run(words, pretend())
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(named)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  test('help is no error', async () => {
    const { code, out } = await run(['--help'], pretend())
    expect(code).toBe(0)
    expect(out).toContain('equation 19')
  })
})

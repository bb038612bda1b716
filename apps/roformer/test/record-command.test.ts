/**
 * The command that records: it writes each variant when it is done, goes on where it was stopped, and
 * makes the README.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runRoformer } from '../src/roformer.js'
import type { StartExtension, StartVariant } from '../src/runs/processes.js'
import { COMPARED } from '../src/runs/recipe.js'

let folder = ''
beforeEach(() => {
  folder = `${mkdtempSync(join(tmpdir(), 'roformer '))}/`
  const marks = [...COMPARED, 'extend'].map((task) => `<!-- recorded ${task} -->\n<!-- end -->\n`)
  writeFileSync(join(folder, 'README.md'), `before\n${marks.join('between\n')}after\n`)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Variants that are done at once; `asked` collects which. */
function pretend(asked: string[], fails?: string): StartVariant {
  return async ({ positions, seed, recipe }) => {
    asked.push(`${positions} ${seed}`)
    if (positions === fails) throw new Error('stopped')
    return {
      ...{ positions, seed, steps: recipe.steps, seconds: 1, firstLosses: [7] },
      heldOut: [[recipe.steps, 5]],
      ...{ weights: 'a', batches: 'b', measured: { loss: 5, backend: 'js' } },
      trained: { options: { ...recipe.model, positions, vocabulary: 80 }, weights: {} },
    }
  }
}

const extension: StartExtension = async ({ name }) => {
  const losses = [128, 256, 512, 1024].map((length) => ({
    ...{ length, last: 2 },
    byPosition: Array.from({ length: length / 64 }, () => 2),
  }))
  return { name, before: losses, after: losses }
}

function record(words: readonly string[], variant: StartVariant): Promise<number> {
  return runRoformer(['record', ...words], {
    writeOut: () => {},
    writeErr: () => {},
    isTerminal: false,
    workers: { variant, extension },
    appFolder: folder,
  })
}

test('everything is recorded, and the README is made from it', async () => {
  const asked: string[] = []
  expect(await record(['--seeds', '2', '--processes', '1'], pretend(asked))).toBe(0)
  expect(asked).toHaveLength(2 * (4 + 4 + 3) + 1)
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(readme).toContain('| rope | 1, 2 | 2000 | 5.000, 5.000 | 5.000, 5.000 |')
  expect(readme).toContain('| yarn | 2.885 |')
  expect(readme).toMatch(/^before\n.*between\n.*after\n$/s)
  expect(readFileSync(join(folder, 'recorded/extend-after.svg'), 'utf8')).toContain('yarn')
  // What is trained is not kept with what came of it.
  expect(readFileSync(join(folder, 'recorded/mlm.json'), 'utf8')).not.toContain('trained')
})

test('a recording that was stopped goes on where it was', async () => {
  const words = ['--only', 'mlm', '--seeds', '1', '--processes', '1']
  const first: string[] = []
  await expect(record(words, pretend(first, 'sinusoidal'))).rejects.toThrow('stopped')
  const second: string[] = []
  expect(await record(words, pretend(second))).toBe(0)
  expect(first).toEqual(['none 1', 'learned 1', 'sinusoidal 1'])
  expect(second).toEqual(['sinusoidal 1', 'rope 1'])
})

test('another recipe begins anew', async () => {
  const words = ['--only', 'lm', '--seeds', '1', '--processes', '1']
  await record(words, pretend([]))
  const asked: string[] = []
  await record([...words, '--steps', '7'], pretend(asked))
  expect(asked).toHaveLength(3)
})

/**
 * Builds the packages through turbo, whose cache makes an unchanged build a matter of a moment.
 */
import { join } from 'node:path'
import { ExpectedError, runSilently } from './child.mjs'
import { say, secondsSince } from './say.mjs'
import { ROOT } from './workspace.mjs'

/**
 * Makes sure that every package is built; says one line when something had to be.
 * @returns {Promise<{ packages: number, cached: number }>} how many, and how many came from the cache
 */
export function ensureBuilt() {
  return ensure('build')
}

/**
 * Makes sure that the page of one app is built, with the packages it is made of.
 * @param {string} packageName such as '@rope/tinystories'
 */
export function ensurePageBuilt(packageName) {
  return ensure('build:web', `--filter=${packageName}`)
}

/** @param {...string} args a task, and which packages it is for when not all */
async function ensure(...args) {
  const started = Date.now()
  const { code, output } = await runTurbo(...args)
  if (code !== 0) {
    say(output.trimEnd())
    throw new ExpectedError(`building failed (exit code ${code}); the output is above`)
  }
  const { tasks, cached } = countTasks(output)
  if (cached < tasks)
    say(`built ${tasks - cached} of ${tasks} packages in ${secondsSince(started)}`)
  return { packages: tasks, cached }
}

/**
 * Runs one turbo task, everywhere unless told otherwise.
 * @param {...string} args the task, and turbo's options
 */
export function runTurbo(...args) {
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo')
  return runSilently(process.execPath, [
    turbo,
    'run',
    ...args,
    '--output-logs=errors-only',
    '--no-color',
  ])
}

/**
 * Reads the counts off turbo's summary.
 * @param {string} output
 */
export function countTasks(output) {
  const tasks = Number(/Tasks:.*?(\d+) total/.exec(output)?.[1] ?? Number.NaN)
  const cached = Number(/Cached:.*?(\d+) cached/.exec(output)?.[1] ?? Number.NaN)
  const successful = Number(/Tasks:.*?(\d+) successful/.exec(output)?.[1] ?? 0)
  return { tasks, cached, successful }
}

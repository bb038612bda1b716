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

/** Makes sure that the pages of the apps are built, with the packages they are made of. */
export function ensurePagesBuilt() {
  return ensure('build:web')
}

/** @param {string} task */
async function ensure(task) {
  const started = Date.now()
  const { code, output } = await runTurbo(task)
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
 * Runs one turbo task everywhere.
 * @param {...string} tasks
 */
export function runTurbo(...tasks) {
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo')
  return runSilently(process.execPath, [
    turbo,
    'run',
    ...tasks,
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

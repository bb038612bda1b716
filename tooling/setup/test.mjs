/**
 * `npm test`: everything that proves this project, in one go; with `npm run test:everything` also the
 * tests of the consumers. Each step tells how many checks it made and how many failed; the last line
 * adds them up. A failing step does not stop the others,
 * except where they could not mean anything: without an installation or a build.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { countTasks, ensureBuilt, runTurbo } from './build.mjs'
import { runSilently } from './child.mjs'
import { addUp, countVitest } from './count.mjs'
import { ensureInstalled } from './install.mjs'
import { secondsSince } from './say.mjs'
import { listPackages, ROOT } from './workspace.mjs'

/** @typedef {import('./count.mjs').Result} Result */

/** @typedef {{ readonly name: string, readonly needed?: boolean, readonly run: () => Promise<Result> }} Step */

/** @type {readonly Step[]} */
const STEPS = [
  { name: 'install', needed: true, run: install },
  { name: 'build', needed: true, run: build },
  { name: 'format and lint', run: lint },
  { name: 'unused code', run: unused },
  { name: 'repository', run: repository },
  { name: 'types', run: types },
  { name: 'tests', run: () => vitest() },
  { name: 'built packages', run: builtPackages },
]

/** The tarballs as strangers install them, with their own tools. */
const CONSUMERS = {
  name: 'consumers',
  run: () => vitest([], {}, 'tooling/consumers/vitest.config.ts'),
}

/** What each command does, by its name. */
export const COMMANDS = {
  test: STEPS,
  'test:consumers': [...STEPS.filter(({ needed }) => needed), CONSUMERS],
  'test:everything': [
    ...STEPS.filter(({ needed }) => needed),
    CONSUMERS,
    ...STEPS.filter(({ needed }) => !needed),
  ],
}

/**
 * Runs the steps of a command and prints their sum; the exit code is 1 when anything failed.
 * @param {keyof typeof COMMANDS} command
 */
export async function test(command) {
  const { passed, failed } = await runSteps(COMMANDS[command])
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

/**
 * Runs steps one after the other, each to its end, and adds them up. After a step that is needed and
 * failed there are no others.
 * @param {readonly Step[]} steps
 */
export async function runSteps(steps) {
  /** @type {Result[]} */
  const results = []
  for (const step of steps) {
    const started = Date.now()
    if (process.stderr.isTTY) process.stderr.write(`       ${step.name} ...\r`)
    const result = await step.run().catch(failure)
    results.push(result)
    print(step.name, result, started)
    if (result.failed > 0 && step.needed) break
  }
  return addUp(results)
}

/** @returns {Promise<Result>} */
async function install() {
  const worked = await ensureInstalled()
  return { passed: 1, failed: 0, note: worked ? 'from the lockfile' : 'up to date' }
}

/** @returns {Promise<Result>} */
async function build() {
  const { packages, cached } = await ensureBuilt()
  return { passed: packages, failed: 0, note: `${packages} packages, ${cached} unchanged` }
}

/** @returns {Promise<Result>} */
async function lint() {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const { code, output } = await runSilently(process.execPath, [
    biome,
    'check',
    '--error-on-warnings',
  ])
  const note = /Checked (\d+ files)/.exec(output)?.[1] ?? ''
  return code === 0 ? { passed: 1, failed: 0, note } : { passed: 0, failed: 1, note, output }
}

/** @returns {Promise<Result>} */
async function unused() {
  const knip = join(ROOT, 'node_modules', 'knip', 'bin', 'knip.js')
  const { code, output } = await runSilently(process.execPath, [
    knip,
    '--config=tooling/knip/knip.config.ts',
    '--treat-config-hints-as-errors',
    '--no-progress',
  ])
  const note = 'files, exports, dependencies'
  return code === 0 ? { passed: 1, failed: 0, note } : { passed: 0, failed: 1, note, output }
}

/** @returns {Promise<Result>} */
async function repository() {
  const { checkRepository, report } = await import('../repo-check/check.mjs')
  const results = checkRepository(ROOT)
  const failed = results.filter(({ problems }) => problems.length > 0).length
  return {
    passed: results.length - failed,
    failed,
    note: `${results.length} rules`,
    output: report(results),
  }
}

/** @returns {Promise<Result>} */
async function types() {
  const { code, output } = await runTurbo('typecheck', '--continue')
  const { tasks, cached, successful } = countTasks(output)
  const note = `${tasks} projects, ${cached} unchanged`
  const failed = code === 0 ? 0 : Math.max(1, tasks - successful)
  return { passed: successful, failed, note, output }
}

/**
 * What changes with the build: how packages can be imported, whether the backends still do what the
 * specification says, and the programs.
 */
async function builtPackages() {
  const { roleOf } = await import('../repo-check/rules/arrows.mjs')
  const backends = listPackages(ROOT)
    .map(({ folder }) => ({ path: relative(ROOT, folder), folder: basename(folder) }))
    .filter((pkg) => roleOf(pkg) === 'backend')
  const filters = ['tooling/built/', ...backends.map(({ path }) => `${path}/`)]
  return vitest(filters, { TEST_BUILT: '1' })
}

/**
 * @param {readonly string[]} filters parts of paths; every test when there are none
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} config
 * @returns {Promise<Result>}
 */
async function vitest(filters = [], environment = {}, config = 'tooling/vitest/config.ts') {
  const folder = mkdtempSync(join(tmpdir(), 'rope-test-'))
  const file = join(folder, 'results.json')
  const program = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, output } = await runSilently(
    process.execPath,
    [
      program,
      'run',
      ...filters,
      `--config=${config}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    environment,
  )
  try {
    return { ...countVitest(JSON.parse(readFileSync(file, 'utf8')), code), output }
  } catch {
    return { passed: 0, failed: 1, note: 'no result', output }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * @param {Error} error
 * @returns {Result}
 */
function failure(error) {
  return { passed: 0, failed: 1, note: error.message }
}

/**
 * @param {string} name
 * @param {Result} result
 * @param {number} started
 */
function print(name, { failed, note, output }, started) {
  if (failed > 0 && output !== undefined) console.log(output.trimEnd())
  console.log(`${failed > 0 ? 'FAILED' : 'ok    '} ${name}: ${note} (${secondsSince(started)})`)
}

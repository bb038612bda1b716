/**
 * `node packages/auto/scripts/runtimes.mjs [name...]`: runs the fixture program on other runtimes and
 * compares what it computes with this Node; a line for each. Their binaries come from the npm registry
 * and weigh hundreds of megabytes, so that they are no part of an installation: each is fetched when
 * it is first needed, and kept in node_modules/.cache. Build the packages first.
 *
 * The exit code is 1 when a runtime computes something else or fails, and otherwise 3 when one could
 * not be had, as without a network; its line says why.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/rope-runtimes/', import.meta.url))
/** The built packages: the workspace's, or those that ROPE_MODULES has unpacked from tarballs. */
const PACKAGES = process.env.ROPE_MODULES
  ? join(process.env.ROPE_MODULES, '@rope')
  : fileURLToPath(new URL('../../', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../test/fixtures/', import.meta.url))
const MACHINE = `${process.platform}-${process.arch}`
const LIBC = process.platform === 'linux' ? '-glibc' : ''

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} module the npm package that holds the binary
 * @property {string} version
 * @property {string} binary its path in the package
 * @property {readonly string[]} args what it wants before a program
 */

/** @type {readonly Runtime[]} */
const RUNTIMES = [
  { name: 'node22', module: `node-${MACHINE}`, version: '22.23.3', binary: 'bin/node', args: [] },
  { name: 'node24', module: `node-${MACHINE}`, version: '24.9.0', binary: 'bin/node', args: [] },
  {
    name: 'bun',
    module: `@oven/bun-${MACHINE}`,
    version: '1.4.5',
    binary: 'bin/bun',
    args: ['run'],
  },
  {
    name: 'deno',
    module: `@deno/${MACHINE}${LIBC}`,
    version: '2.1.6',
    binary: 'deno',
    args: ['run', '--allow-read', '--allow-env', '--allow-ffi', '--allow-sys'],
  },
  {
    name: 'deno without permissions',
    module: `@deno/${MACHINE}${LIBC}`,
    version: '2.1.6',
    binary: 'deno',
    args: ['run', '--no-prompt'],
  },
]

/**
 * Puts the built packages and the fixture program into a folder.
 * @param {string} folder
 */
function makeProject(folder) {
  const modules = join(folder, 'node_modules', '@rope')
  mkdirSync(modules, { recursive: true })
  for (const name of readdirSync(PACKAGES)) {
    if (existsSync(join(PACKAGES, name, 'dist', 'index.js'))) {
      symlinkSync(join(PACKAGES, name), join(modules, name))
    }
  }
  cpSync(FIXTURES, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}

/** A runtime that could not be had. */
class AbsentError extends Error {}

/**
 * Fetches a runtime, unless it is there.
 * @param {Runtime} runtime
 * @returns {string} the path of its binary
 */
function install({ module, version, binary }) {
  const home = join(CACHE, `${module}@${version}`.replaceAll('/', ' '))
  const path = join(home, 'node_modules', module, binary)
  if (existsSync(path)) return path
  mkdirSync(home, { recursive: true })
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  const patience = ['--fetch-retries=1', '--fetch-timeout=60000']
  const what = ['--prefix', home, `${module}@${version}`]
  try {
    const quietly = /** @type {const} */ ({ encoding: 'utf8', stdio: 'pipe' })
    execFileSync('npm', ['install', ...options, ...patience, ...what], quietly)
    chmodSync(path, 0o755)
  } catch (error) {
    rmSync(home, { recursive: true, force: true })
    throw new AbsentError(`${module}@${version} cannot be fetched: ${lastLine(error)}`)
  }
  return path
}

/**
 * What npm says in the end, in a line.
 * @param {unknown} error
 */
function lastLine(error) {
  const { stderr } = /** @type {{ stderr?: string }} */ (error)
  const lines = (stderr ?? '').split('\n').filter((line) => /^npm (error|ERR!) /.test(line))
  return lines.find((line) => !/ (code|errno|syscall) /.test(line)) ?? lines[0] ?? String(error)
}

/**
 * Runs the program and returns what it tells.
 * @param {string} folder
 * @param {string} binary
 * @param {readonly string[]} args
 * @returns {{ chosen: string, bits: readonly number[] }}
 */
function run(folder, binary, args) {
  const options = /** @type {const} */ ({ cwd: folder, encoding: 'utf8', timeout: 60_000 })
  return JSON.parse(execFileSync(binary, [...args, 'app/main.js'], options))
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`)
}

/**
 * Runs the program on a runtime and says what came of it.
 * @param {string} folder
 * @param {Runtime} runtime
 * @param {readonly number[]} bits
 * @returns {0 | 1 | 3} an exit code
 */
function compare(folder, runtime, bits) {
  try {
    const story = run(folder, install(runtime), runtime.args)
    const isSame = story.bits.join() === bits.join()
    say(`${isSame ? 'ok    ' : 'FAILED'} ${runtime.name}: chose ${story.chosen}`)
    return isSame ? 0 : 1
  } catch (error) {
    const isAbsent = error instanceof AbsentError
    const why = error instanceof Error ? error.message : String(error)
    say(`${isAbsent ? 'absent' : 'FAILED'} ${runtime.name}: ${why.replaceAll('\n', ' ')}`)
    return isAbsent ? 3 : 1
  }
}

const wanted = process.argv.slice(2)
const chosen = RUNTIMES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const folder = mkdtempSync(join(tmpdir(), 'rope runtimes '))
try {
  makeProject(folder)
  const { bits } = run(folder, process.execPath, [])
  const codes = chosen.map((runtime) => compare(folder, runtime, bits))
  process.exitCode = codes.includes(1) ? 1 : Math.max(0, ...codes)
} finally {
  rmSync(folder, { recursive: true })
}

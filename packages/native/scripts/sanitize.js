/**
 * The addon under sanitizers: addresses and undefined behaviour over the conformance suite and the
 * programs of the tests, leaks, and data races in the pool. Exits with 1 when one of them finds
 * something, with 0 when all is well or there is no compiler with sanitizers here, which it says.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { compileAddon } from './compile.js'
import { addonSources, PACKAGE_ROOT, WORKSPACE_KERNELS } from './sources.js'
import { findToolchain } from './toolchain.js'

/** @typedef {import('./toolchain.js').Toolchain} Toolchain */

const FLAGS = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-sanitize-recover=all']
const BINARY = join(PACKAGE_ROOT, 'build', 'Sanitize', 'rope.node')

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`)

/**
 * The shared library of a sanitizer, which must be in the process before the addon.
 * @param {Toolchain} toolchain
 * @param {string} name such as 'libasan.so'
 * @returns {string | null}
 */
function runtimeOf({ compiler: [command = '', ...first] }, name) {
  const { stdout } = spawnSync(command, [...first, `-print-file-name=${name}`], {
    encoding: 'utf8',
  })
  const path = String(stdout).trim()
  return isAbsolute(path) && existsSync(path) ? path : null
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ readonly ok: boolean, readonly output: string }>}
 */
function run(command, args, environment) {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '', ...environment }
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', ({ message }) => resolve({ ok: false, output: message }))
    child.on('close', (code, signal) => {
      const end = signal === null ? `exit code ${code}` : signal
      resolve({ ok: code === 0, output: `${output}${end}` })
    })
  })
}

/** @param {string} name */
const program = (name) => join(PACKAGE_ROOT, 'test', 'programs', `${name}.js`)

/**
 * One program with the sanitized addon; leaks are another matter.
 * @param {string} runtime
 * @param {string} name
 * @param {...string} args
 */
async function checkAddresses(runtime, name, ...args) {
  const environment = {
    ROPE_NATIVE_BINARY: BINARY,
    LD_PRELOAD: runtime,
    ASAN_OPTIONS: 'detect_leaks=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  }
  const { ok, output } = await run(
    process.execPath,
    ['--expose-gc', program(name), ...args],
    environment,
  )
  const right = ok || (name === 'exit' && output.endsWith('exit code 4'))
  if (!right) say(output)
  return report(right, `addresses and undefined behaviour: ${[name, ...args].join(' ')}`)
}

/**
 * True when the addon itself asked for the memory: the caller of the allocator is one of its files,
 * or the binary where it could not be told; what the C++ library and node-addon-api asked for, they
 * asked for on behalf of their caller. What Node allocates for an addon it keeps to its end.
 * @param {string} block of a report: a line that says what leaked, then the stack
 */
function isOurs(block) {
  const [, ...callers] = block.match(/^ *#\d+ .*$/gm) ?? []
  const caller = callers.find((line) => !/\/include\/c\+\+\/|node-addon-api/.test(line)) ?? ''
  return [PACKAGE_ROOT, WORKSPACE_KERNELS, BINARY].some((path) => caller.includes(path))
}

/**
 * What one program allocated in the addon and never freed.
 * @param {string} runtime
 * @param {string} name
 * @param {...string} args
 */
async function checkLeaks(runtime, name, ...args) {
  const folder = mkdtempSync(join(tmpdir(), 'rope-leaks-'))
  const environment = {
    ROPE_NATIVE_BINARY: BINARY,
    LD_PRELOAD: runtime,
    ASAN_OPTIONS: `detect_leaks=1:log_path=${join(folder, 'log')}`,
    LSAN_OPTIONS: 'exitcode=0',
  }
  const { ok, output } = await run(
    process.execPath,
    ['--expose-gc', program(name), ...args],
    environment,
  )
  const logs = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const blocks = logs.join('\n').split('\n\n')
  const leaks = blocks.filter((block) => / leak of /.test(block) && isOurs(block))
  rmSync(folder, { recursive: true })
  if (!ok) say(output)
  for (const leak of leaks) say(leak)
  return report(ok && leaks.length === 0, `leaks: ${[name, ...args].join(' ')}`)
}

/**
 * The pool by itself, without Node, which no thread sanitizer understands.
 * @param {Toolchain} toolchain
 */
async function checkRaces({ compiler: [command = '', ...first] }) {
  const folder = mkdtempSync(join(tmpdir(), 'rope-races-'))
  const binary = join(folder, 'pool-test')
  const sources = [join(PACKAGE_ROOT, 'test', 'pool-test.c'), join(PACKAGE_ROOT, 'addon', 'pool.c')]
  const flags = ['-std=gnu11', '-fsanitize=thread', '-pthread', ...FLAGS]
  const built = await run(command, [...first, ...flags, ...sources, '-o', binary], {})
  const result = built.ok ? await run(binary, [], {}) : built
  if (!result.ok) say(result.output)
  rmSync(folder, { recursive: true })
  return report(result.ok, 'data races: the pool')
}

/**
 * @param {boolean} ok
 * @param {string} what
 */
function report(ok, what) {
  say(`${ok ? 'ok    ' : 'FAILED'} ${what}`)
  return ok
}

/**
 * The compiler and the library that an address sanitizer needs, or why there is none.
 * @returns {{ readonly toolchain: Toolchain, readonly runtime: string } | string}
 */
function findSanitizer() {
  const toolchain = findToolchain()
  if ('missing' in toolchain) return toolchain.missing
  const runtime = process.platform === 'linux' ? runtimeOf(toolchain, 'libasan.so') : null
  return runtime === null
    ? `${toolchain.version} has no shared address sanitizer (libasan.so)`
    : { toolchain, runtime }
}

async function main() {
  const found = findSanitizer()
  if (typeof found === 'string') {
    say(`skipped: ${found}`)
    return
  }
  const { toolchain, runtime } = found
  const flags = ['-fsanitize=address,undefined', ...FLAGS]
  await compileAddon({ toolchain, ...addonSources(), output: BINARY, flags })
  const tasks = [
    () => checkAddresses(runtime, 'conform'),
    () => checkLeaks(runtime, 'conform', 'scalar'),
    () => checkLeaks(runtime, 'leaks', '2'),
    () => checkAddresses(runtime, 'workers'),
    () => checkAddresses(runtime, 'garbage'),
    () => checkAddresses(runtime, 'detach'),
    () => checkAddresses(runtime, 'loads', 'exit'),
    () => checkAddresses(runtime, 'loads', 'finish'),
    () => checkAddresses(runtime, 'fuzz', '60000', '4'),
    () => checkAddresses(runtime, 'exit', 'end with a call under way'),
  ]
  if (runtimeOf(toolchain, 'libtsan.so') === null)
    say('skipped: data races: there is no libtsan.so')
  else tasks.push(() => checkRaces(toolchain))
  process.exitCode = (await inParallel(tasks)) ? 0 : 1
}

/**
 * Runs all checks, two at a time; true when all were right.
 * @param {readonly (() => Promise<boolean>)[]} tasks
 */
async function inParallel(tasks) {
  const waiting = [...tasks]
  let right = true
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      right = (await task()) && right
    }
  }
  await Promise.all([worker(), worker()])
  return right
}

await main()

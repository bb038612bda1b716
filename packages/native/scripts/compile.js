/**
 * From C and C++ files to an addon: every file by itself, a few at a time, then one link.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'

/** @typedef {import('./toolchain.js').Toolchain} Toolchain */

/**
 * @typedef {object} Job
 * @property {Toolchain} toolchain
 * @property {readonly string[]} files C files, and C++ files that end in .cc
 * @property {string} include the kernels' include folder
 * @property {string} output the addon to make
 * @property {readonly string[]} [flags] for compiling and linking, after the usual ones
 * @property {readonly string[]} [linkFlags] instead of those that this system wants
 */

/** No contraction: a fused multiply-add would change the bits of the result. */
const COMPILE_FLAGS = ['-O3', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-pthread']
const C_FLAGS = ['-std=gnu11']
const CXX_FLAGS = [
  '-std=c++17',
  '-fno-exceptions',
  '-fvisibility-inlines-hidden',
  '-DNAPI_VERSION=8',
  '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
  // In a worker that is being terminated nothing can be thrown: that is no reason to end the process.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
]
const WARNINGS = ['-Wall', '-Wextra']
const LINK_FLAGS = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  // The C++ library goes into the addon, and none of its names out of it: the one binary fits
  // systems whose library is older than that of the compiler.
  others: ['-shared', '-pthread', '-static-libgcc', '-static-libstdc++', '-Wl,--exclude-libs,ALL'],
}

/** A compiler that did not do what it was asked; the message is its own output. */
export class CompileError extends Error {}

/**
 * Makes the addon. What stood at `output` before is replaced in one step: a process that has loaded
 * it keeps its own.
 * @param {Job} job
 * @returns {Promise<void>} rejects with CompileError
 */
export async function compileAddon({
  toolchain,
  files,
  include,
  output,
  flags = [],
  linkFlags = process.platform === 'darwin' ? LINK_FLAGS.darwin : LINK_FLAGS.others,
}) {
  mkdirSync(dirname(output), { recursive: true })
  const folder = mkdtempSync(join(dirname(output), '.compile-'))
  try {
    const headers = toolchain.includes.flatMap((path) => ['-isystem', path])
    const common = [...COMPILE_FLAGS, ...WARNINGS, ...flags, `-I${include}`, ...headers]
    const objects = files.map((file, i) => join(folder, `${i}-${basename(file)}.o`))
    const compiles = files.map((file, i) => () => {
      const object = /** @type {string} */ (objects[i])
      const isCxx = extname(file) === '.cc'
      const [compiler, language] = isCxx
        ? [toolchain.cxxCompiler, CXX_FLAGS]
        : [toolchain.compiler, C_FLAGS]
      return run(compiler, [...language, ...common, '-c', file, '-o', object])
    })
    await inParallel(compiles, availableParallelism())
    const made = join(folder, 'made.node')
    await run(toolchain.cxxCompiler, [...linkFlags, ...flags, ...objects, '-o', made])
    renameSync(made, output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {readonly (() => Promise<void>)[]} tasks
 * @param {number} limit how many run at once
 */
async function inParallel(tasks, limit) {
  const waiting = [...tasks]
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task()
  }
  await Promise.all(Array.from({ length: limit }, worker))
}

/**
 * @param {readonly string[]} compiler the command and its first arguments
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function run([command = '', ...first], args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => reject(new CompileError(error.message)))
    child.on('close', (code) => {
      if (code === 0) resolve()
      else
        reject(new CompileError(`${command} ${args.at(-3)} failed (exit code ${code}):\n${output}`))
    })
  })
}

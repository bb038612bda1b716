/**
 * From C files to an addon: every file by itself, a few at a time, then one link.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** @typedef {import('./toolchain.js').Toolchain} Toolchain */

/**
 * @typedef {object} Job
 * @property {Toolchain} toolchain
 * @property {readonly string[]} files C files
 * @property {string} include the kernels' include folder
 * @property {string} output the addon to make
 * @property {readonly string[]} [flags] for compiling and linking, after the usual ones
 */

/** No contraction: a fused multiply-add would change the bits of the result. */
const COMPILE_FLAGS = [
  '-std=gnu11',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-ffp-contract=off',
  '-pthread',
]
const WARNINGS = ['-Wall', '-Wextra']
const LINK_FLAGS = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  others: ['-shared', '-pthread', '-static-libgcc'],
}

/** A compiler that did not do what it was asked; the message is its own output. */
export class CompileError extends Error {}

/**
 * Makes the addon. What stood at `output` before is replaced in one step: a process that has loaded
 * it keeps its own.
 * @param {Job} job
 * @returns {Promise<void>} rejects with CompileError
 */
export async function compileAddon({ toolchain, files, include, output, flags = [] }) {
  const [command = '', ...first] = toolchain.compiler
  mkdirSync(dirname(output), { recursive: true })
  const folder = mkdtempSync(join(dirname(output), '.compile-'))
  try {
    const includes = [`-I${include}`, '-isystem', toolchain.include]
    const objects = files.map((file, i) => join(folder, `${i}-${basename(file, '.c')}.o`))
    const compiles = files.map((file, i) => () => {
      const object = /** @type {string} */ (objects[i])
      const args = [
        ...first,
        ...COMPILE_FLAGS,
        ...WARNINGS,
        ...flags,
        ...includes,
        '-c',
        file,
        '-o',
        object,
      ]
      return run(command, args)
    })
    await inParallel(compiles, availableParallelism())
    const made = join(folder, 'made.node')
    const linkFlags = process.platform === 'darwin' ? LINK_FLAGS.darwin : LINK_FLAGS.others
    await run(command, [...first, ...linkFlags, ...flags, ...objects, '-o', made])
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
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
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

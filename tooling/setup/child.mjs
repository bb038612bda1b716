/**
 * Child processes, in the two ways the set-up needs them: silent until they fail, or aloud.
 */
import { spawn } from 'node:child_process'
import { ROOT, toolEnvironment } from './workspace.mjs'

/** A failure that has been explained already: its message is shown without a stack. */
export class ExpectedError extends Error {
  expected = true
}

/**
 * Runs a program to its end and keeps what it says.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [extra] environment variables on top of the tools' own
 * @returns {Promise<{ code: number, output: string }>} stdout and stderr as they came
 */
export function runSilently(file, args, extra = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      env: { ...toolEnvironment(ROOT), ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }),
    )
  })
}

/**
 * Runs a Node program in the foreground, its streams our own.
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runAloud(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

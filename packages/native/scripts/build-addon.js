/**
 * Builds the addon for this machine: build/Release/rope.node. Neither a missing compiler nor a
 * failing one stops the build of the workspace; it says why there is no addon and goes on, and the
 * tests fail where a compiler is present and the addon is not.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompileError, compileAddon } from './compile.js'
import { addonSources, PACKAGE_ROOT } from './sources.js'
import { findToolchain } from './toolchain.js'

const BUILD = join(PACKAGE_ROOT, 'build')

/** Why there is no addon. The build reads it as an input, so that it is tried again next time. */
const REASON_FILE = join(BUILD, 'no-addon.txt')

/** @returns {Promise<string | null>} why there is no addon */
async function build() {
  const toolchain = findToolchain()
  if ('missing' in toolchain) return toolchain.missing
  try {
    const output = join(BUILD, 'Release', 'rope.node')
    await compileAddon({ toolchain, ...addonSources(), output })
    return null
  } catch (error) {
    if (error instanceof CompileError) return error.message
    throw error
  }
}

const reason = await build()
mkdirSync(BUILD, { recursive: true })
if (reason === null) {
  rmSync(REASON_FILE, { force: true })
} else {
  rmSync(join(BUILD, 'Release'), { recursive: true, force: true })
  writeFileSync(REASON_FILE, `${new Date().toISOString()}\n${reason}\n`)
  process.stderr.write(`@rope/native: built without its addon: ${reason}\n`)
}

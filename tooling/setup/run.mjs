/**
 * Runs a built command of the workspace, or the server of an app's page, inside this very process:
 * its standard output, its exit code and the signals it gets are its own, with nothing in between.
 */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensurePageBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { builtCommand, folderOf, ROOT } from './workspace.mjs'

/**
 * Sets up what is missing, then becomes the command.
 * @param {string} packageName such as '@rope/cli'
 * @param {string[]} args what the command gets
 */
export async function runBuiltCommand(packageName, args) {
  await ensureInstalled()
  await ensureBuilt()
  await become(builtCommand(packageName), args)
}

/**
 * Sets up what is missing, the page of the dashboard included, then becomes `rope dashboard`.
 * @param {string[]} args for that command, such as `--port 8080`
 */
export async function runDashboard(args) {
  await ensureInstalled()
  await ensureBuilt()
  await ensurePageBuilt('@rope/dashboard')
  await become(builtCommand('@rope/cli'), ['dashboard', ...args])
}

/**
 * Sets up what is missing, then becomes the server of an app's built page.
 * @param {string} packageName such as '@rope/tinystories'
 * @param {string[]} args for vite's preview server, such as `--port 8080`
 */
export async function servePage(packageName, args) {
  await ensureInstalled()
  await ensurePageBuilt(packageName)
  const folder = folderOf(packageName)
  const vite = join(folder, 'node_modules', 'vite', 'bin', 'vite.js')
  await become(vite, ['preview', folder, ...args])
}

/**
 * @param {string} file
 * @param {string[]} args
 */
async function become(file, args) {
  returnToCaller()
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}

/** npm runs scripts at the root of the workspace; paths are meant from where the user stands. */
function returnToCaller() {
  const { INIT_CWD } = process.env
  if (INIT_CWD !== undefined && process.cwd() === resolve(ROOT)) process.chdir(INIT_CWD)
}

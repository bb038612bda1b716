/**
 * Runs a built command of the workspace inside this very process: its standard output, its exit
 * code and the signals it gets are its own, with nothing in between.
 */
import { pathToFileURL } from 'node:url'
import { ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { builtCommand } from './workspace.mjs'

/**
 * Sets up what is missing, then becomes the command.
 * @param {string} packageName such as '@rope/cli'
 * @param {string[]} args what the command gets
 */
export async function runBuiltCommand(packageName, args) {
  await ensureInstalled()
  await ensureBuilt()
  const file = builtCommand(packageName)
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}

/**
 * What it takes to build the addon: a C compiler and the headers of Node-API. Whatever is missing
 * is a sentence that says so and how to get it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * @typedef {object} Toolchain
 * @property {readonly string[]} compiler the command and its first arguments
 * @property {string} version what the compiler says it is
 * @property {string} include the folder that holds node_api.h
 */

/** Tried in this order when CC says nothing. */
const COMPILERS = ['cc', 'gcc', 'clang']

/**
 * Finds everything, or says what is missing.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Toolchain | { readonly missing: string }}
 */
export function findToolchain(environment = process.env) {
  if (process.platform === 'win32') {
    return {
      missing: 'on Windows the addon is built by node-gyp: npx node-gyp rebuild --directory addon',
    }
  }
  const found = findCompiler(environment)
  if (found === undefined) {
    const tried = environment.CC ?? COMPILERS.join(', ')
    return { missing: `no C compiler (tried ${tried}); install gcc or clang, or set CC` }
  }
  const include = headerFolders(environment).find((folder) =>
    existsSync(join(folder, 'node_api.h')),
  )
  if (include === undefined) {
    return { missing: 'no headers of Node-API (node_api.h); run: npm install node-api-headers' }
  }
  return { ...found, include }
}

/**
 * The first compiler that answers.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Pick<Toolchain, 'compiler' | 'version'> | undefined}
 */
function findCompiler(environment) {
  const commands = environment.CC
    ? [environment.CC.trim().split(/\s+/)]
    : COMPILERS.map((name) => [name])
  for (const compiler of commands) {
    const [command = '', ...first] = compiler
    const { status, stdout } = spawnSync(command, [...first, '--version'], { encoding: 'utf8' })
    if (status === 0) return { compiler, version: stdout.split('\n')[0] ?? '' }
  }
  return undefined
}

/**
 * Where the headers may be, best first: beside this very Node, where npm was told to look, and in
 * the package that carries nothing else.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string[]}
 */
function headerFolders(environment) {
  const folders = [join(dirname(dirname(process.execPath)), 'include', 'node')]
  const { npm_config_nodedir: nodedir } = environment
  if (nodedir) folders.push(join(nodedir, 'include', 'node'), join(nodedir, 'src'))
  try {
    const { resolve } = createRequire(import.meta.url)
    folders.push(join(dirname(resolve('node-api-headers/package.json')), 'include'))
  } catch {
    // Not installed: one place less to look.
  }
  return folders
}

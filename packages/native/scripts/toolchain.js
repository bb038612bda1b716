/**
 * What it takes to build the addon: a compiler for C, its sibling for C++, the headers of Node-API
 * and those of node-addon-api. Whatever is missing is a sentence that says so and how to get it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * @typedef {object} Toolchain
 * @property {readonly string[]} compiler the command for C and its first arguments
 * @property {readonly string[]} cxxCompiler the same for C++, and for linking
 * @property {string} version what the compiler says it is
 * @property {readonly string[]} includes the folders that hold node_api.h and napi.h
 */

/** Tried in this order when CC says nothing. */
const COMPILERS = ['cc', 'gcc', 'clang']

/** What a compiler for C calls its sibling: the end of its name, a version aside. */
const SIBLINGS = /** @type {const} */ ([
  [/gcc(-[\d.]+)?$/, 'g++$1'],
  [/clang(-[\d.]+)?$/, 'clang++$1'],
  [/cc$/, 'c++'],
])

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
  const cxxCompiler = siblingOf(found.compiler, environment)
  if (!answers(cxxCompiler)) {
    const tried = cxxCompiler.join(' ')
    return { missing: `no C++ compiler (tried ${tried}); install g++ or clang++, or set CXX` }
  }
  const include = headerFolders(environment).find((folder) =>
    existsSync(join(folder, 'node_api.h')),
  )
  if (include === undefined) {
    return { missing: 'no headers of Node-API (node_api.h); run: npm install node-api-headers' }
  }
  const wrapper = packageFolder('node-addon-api')
  if (wrapper === null) {
    return { missing: 'no headers of node-addon-api (napi.h); run: npm install node-addon-api' }
  }
  return { ...found, cxxCompiler, includes: [include, wrapper] }
}

/**
 * The first compiler that answers.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Pick<Toolchain, 'compiler' | 'version'> | undefined}
 */
function findCompiler(environment) {
  const commands = environment.CC ? [wordsOf(environment.CC)] : COMPILERS.map((name) => [name])
  for (const compiler of commands) {
    const version = answers(compiler)
    if (version) return { compiler, version }
  }
  return undefined
}

/** @param {string} command */
const wordsOf = (command) => command.trim().split(/\s+/)

/**
 * The compiler for C++ that belongs to one for C, with the same first arguments; CXX is stronger.
 * @param {readonly string[]} compiler
 * @param {NodeJS.ProcessEnv} environment
 * @returns {readonly string[]}
 */
function siblingOf([command = '', ...first], { CXX }) {
  if (CXX) return wordsOf(CXX)
  for (const [name, sibling] of SIBLINGS) {
    if (name.test(command)) return [command.replace(name, sibling), ...first]
  }
  return ['c++']
}

/**
 * The first line of what a compiler says that it is; empty when there is none.
 * @param {readonly string[]} compiler
 * @returns {string}
 */
function answers([command = '', ...first]) {
  const { status, stdout } = spawnSync(command, [...first, '--version'], { encoding: 'utf8' })
  return status === 0 ? (stdout.split('\n')[0] ?? '') : ''
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
  const headers = packageFolder('node-api-headers')
  if (headers !== null) folders.push(join(headers, 'include'))
  return folders
}

/**
 * The folder of an installed package; null when there is none.
 * @param {string} name
 * @returns {string | null}
 */
function packageFolder(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return null
  }
}

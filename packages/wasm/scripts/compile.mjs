/**
 * C to WebAssembly, by the clang that the npm registry provides: no tool of the machine is used,
 * so that the same sources give the same bytes everywhere.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** Where the kernels are: beside this package. */
export const KERNELS = join(PACKAGE, '..', 'kernels')

/** Files of the kernels that a module is made of, beside its own. */
const KERNEL_FILES = ['wasm128.c', 'generic.c', 'kernels.c', 'run.c']

/** Where the kernels' headers are looked for, below their folder. */
const INCLUDES = ['include', 'src', 'src/simd']

/** The same folders as absolute paths. */
export const INCLUDE_FOLDERS = INCLUDES.map((folder) => join(KERNELS, folder))

/**
 * The kernels vectorise by themselves: what clang would add is code for tails that nobody needs.
 * -Os is as fast as -O3 here (measured) and a quarter smaller.
 */
export const COMPILE_FLAGS = [
  '--target=wasm32',
  '-std=c11',
  '-Os',
  '-ffreestanding',
  '-msimd128',
  '-mbulk-memory',
  '-ffp-contract=off',
  '-fno-vectorize',
  '-fno-slp-vectorize',
  '-Wall',
  '-Wextra',
  '-Werror',
  ...INCLUDES.map((folder) => `-I${folder}`),
]

/** 16 KiB of stack, far below what the loop nest needs; memory comes from JavaScript. */
const LINK_FLAGS = [
  '--no-entry',
  '--import-memory',
  '--stack-first',
  '-zstack-size=16384',
  '--export=__heap_base',
  '--gc-sections',
  '--strip-all',
]

/** The modules: which files of `module/`, and what each needs besides. */
export const MODULES = {
  single: { files: ['module.c'], compile: [], link: [] },
  threaded: {
    files: ['module.c', 'threads.c'],
    compile: ['-matomics'],
    link: ['--shared-memory', '--max-memory=4294967296', '--export=__stack_pointer'],
  },
}

/**
 * The C files of a module, as absolute paths.
 * @param {keyof typeof MODULES} name
 */
export function unitFiles(name) {
  return [
    ...KERNEL_FILES.map((file) => join(KERNELS, 'src', file)),
    ...MODULES[name].files.map((file) => join(PACKAGE, 'module', file)),
  ]
}

/** @typedef {{ [name: string]: Tree | string | Uint8Array }} Tree */

/**
 * A folder as the compiler's file system wants it.
 * @param {string} folder
 * @returns {Tree}
 */
export function treeOf(folder) {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => {
        const path = join(folder, entry.name)
        return [entry.name, entry.isDirectory() ? treeOf(path) : readFileSync(path)]
      }),
  )
}

/** Everything that the modules are made of. */
export function sources() {
  return {
    include: treeOf(join(KERNELS, 'include')),
    src: treeOf(join(KERNELS, 'src')),
    module: treeOf(join(PACKAGE, 'module')),
  }
}

/**
 * Runs a tool of LLVM and returns the files that it leaves.
 * @param {readonly string[]} args the tool's name first
 * @param {Tree} files
 * @returns {Promise<Tree>}
 */
export async function llvm(args, files) {
  let said = ''
  /** @param {Uint8Array | null} bytes */
  const stderr = (bytes) => {
    if (bytes !== null) said += Buffer.from(bytes).toString()
  }
  const { runLLVM } = await import('@yowasp/clang')
  try {
    return /** @type {Tree} */ (
      await runLLVM([...args], files, { stdout: null, stderr, fetchProgress: () => {} })
    )
  } catch {
    // The original error carries all files along; what the tool said is what matters.
    throw new Error(`${args[0]} failed: ${said.trim()}`)
  }
}

/**
 * One unit of all files, so that calls between them are inlined.
 * @param {readonly string[]} paths
 */
function unitOf(paths) {
  return paths.map((path) => `#include "${path}"\n`).join('')
}

/**
 * Compiles one of the modules.
 * @param {keyof typeof MODULES} name
 * @returns {Promise<Uint8Array>}
 */
export async function compileModule(name) {
  const { files, compile, link } = MODULES[name]
  const paths = [
    ...KERNEL_FILES.map((file) => `src/${file}`),
    ...files.map((file) => `module/${file}`),
  ]
  const compiled = await llvm(
    ['clang', ...COMPILE_FLAGS, ...compile, '-c', 'unit.c', '-o', 'unit.o'],
    { ...sources(), 'unit.c': unitOf(paths) },
  )
  const linked = await llvm(['wasm-ld', ...LINK_FLAGS, ...link, 'unit.o', '-o', 'module.wasm'], {
    'unit.o': /** @type {Uint8Array} */ (compiled['unit.o']),
  })
  return /** @type {Uint8Array} */ (linked['module.wasm'])
}

/**
 * Compiles the C tests of the kernels to WebAssembly, with the C library that comes with the
 * compiler, and runs them: every kernel of this instruction set against the formula.
 */
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { COMPILE_FLAGS, KERNELS, llvm, sources, treeOf } from './compile.mjs'

const UNITS = ['wasm128.c', 'generic.c', 'kernels.c', 'run.c'].map((file) => `src/${file}`)
const LIBRARY = '/usr/lib/wasm32-wasip1'
const BUILTINS = '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a'

const FLAGS = COMPILE_FLAGS.filter(
  (flag) => flag !== '-ffreestanding' && !flag.startsWith('--target'),
)

/**
 * @param {string} path
 * @param {import('./compile.mjs').Tree} files
 */
async function object(path, files) {
  const out = await llvm(['clang', ...FLAGS, '-c', path, '-o', 'out.o'], files)
  return /** @type {Uint8Array} */ (out['out.o'])
}

const files = {
  ...sources(),
  test: treeOf(join(KERNELS, 'test')),
  'unit.c': UNITS.map((path) => `#include "${path}"\n`).join(''),
}
const objects = {
  'kernels.o': await object('unit.c', files),
  'test.o': await object('test/kernels-test.c', files),
}
const linked = await llvm(
  [
    ...['wasm-ld', '-m', 'wasm32', `-L${LIBRARY}`, `${LIBRARY}/crt1-command.o`],
    ...['kernels.o', 'test.o', '-lc', BUILTINS, '-zstack-size=1048576', '-o', 'test.wasm'],
  ],
  objects,
)
const wasi = new WASI({ version: 'preview1', args: ['kernels-test', ...process.argv.slice(2)] })
const module = await WebAssembly.compile(/** @type {BufferSource} */ (linked['test.wasm']))
const instance = await WebAssembly.instantiate(
  module,
  /** @type {WebAssembly.Imports} */ (wasi.getImportObject()),
)
process.exitCode = wasi.start(instance)

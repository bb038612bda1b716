/*
 * Where the C lies, for builds: `node -p "require('@rope/kernels').include"` in a binding.gyp.
 * `sources` are all files to compile, on every platform; a file that a target lacks is empty there.
 */
const { join } = require('node:path')

const NAMES = ['scalar', 'wasm128', 'neon', 'avx2', 'avx512', 'generic', 'kernels', 'run']

exports.include = join(__dirname, 'include')
/** Headers that only the kernels themselves and their tests include. */
exports.privateInclude = join(__dirname, 'src')
exports.sources = NAMES.map((name) => join(__dirname, 'src', `${name}.c`))
/** Flags that the promise of equal bits needs, for GCC and clang. */
exports.flags = ['-std=c11', '-O3', '-ffp-contract=off']

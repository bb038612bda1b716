/**
 * Compiles and runs the C tests: `node test/run.mjs [plain|clang|sanitized|arm64] [--exhaustive KERNEL]`.
 * Prints what the test program prints. Exit code 77 means that this machine lacks something; the
 * reason and the fix stand in the last line of output.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import paths from '../paths.cjs'

const SKIPPED = 77
const HERE = dirname(fileURLToPath(import.meta.url))
const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-Wno-unknown-pragmas']

/** Each way to build: the compilers that will do, extra flags, and what runs the program. */
const VARIANTS = {
  plain: {
    compilers: [process.env.CC, 'gcc', 'cc', 'clang'],
    flags: [],
    fix: 'install a C compiler (Debian: apt-get install gcc libc6-dev)',
  },
  clang: {
    compilers: ['clang'],
    flags: [],
    fix: 'install clang (Debian: apt-get install clang)',
  },
  sanitized: {
    compilers: [process.env.CC, 'gcc', 'cc', 'clang'],
    flags: ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    fix: 'install gcc with libasan and libubsan (Debian: apt-get install gcc libc6-dev)',
  },
  arm64: {
    compilers: ['aarch64-linux-gnu-gcc'],
    flags: ['-static'],
    runner: ['qemu-aarch64'],
    fix: 'apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user',
  },
}

function works(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function skip(reason, fix) {
  console.log(`${reason}; to run these tests: ${fix}`)
  return SKIPPED
}

function compile(compiler, flags, output) {
  const source = join(HERE, 'kernels-test.c')
  const args = [
    ...paths.flags,
    ...flags,
    ...WARNINGS,
    `-I${paths.include}`,
    `-I${paths.privateInclude}`,
  ]
  return spawnSync(compiler, [...args, ...paths.sources, source, '-lm', '-o', output], {
    encoding: 'utf8',
  })
}

/** True when the compiler makes programs that run here, with these flags; else it is as if missing. */
function canBuild(compiler, variant, folder) {
  const program = join(folder, 'probe')
  const built = spawnSync(compiler, ['-x', 'c', '-', ...variant.flags, '-o', program], {
    input: 'int main(void) { return 0; }\n',
  })
  return built.status === 0 && works(...(variant.runner ?? []), program)
}

function buildAndRun(variant, args, folder) {
  const runner = variant.runner ?? []
  if (runner.length > 0 && !works(runner[0], '--version')) {
    return skip(`${runner[0]} is missing`, variant.fix)
  }
  const named = variant.compilers.filter((compiler) => compiler !== undefined)
  const compiler = named.find((candidate) => canBuild(candidate, variant, folder))
  if (compiler === undefined) {
    return skip(`no working compiler among ${named.join(', ')}`, variant.fix)
  }
  const program = join(folder, 'kernels-test')
  const built = compile(compiler, variant.flags, program)
  if (built.status !== 0) {
    console.log(`${compiler} failed:\n${built.stderr}`)
    return 1
  }
  const [command, ...before] = [...runner, program]
  return spawnSync(command, [...before, ...args], { stdio: 'inherit' }).status ?? 1
}

function run(name, args) {
  const variant = VARIANTS[name]
  if (variant === undefined) {
    console.log(`unknown variant ${name}; known: ${Object.keys(VARIANTS).join(', ')}`)
    return 2
  }
  const folder = mkdtempSync(join(tmpdir(), 'rope-kernels-'))
  try {
    return buildAndRun(variant, args, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [first = 'plain', ...rest] = process.argv.slice(2)
const [name, args] = first.startsWith('--') ? ['plain', [first, ...rest]] : [first, rest]
process.exitCode = run(name, args)

/**
 * Where there is a compiler there must be an addon: the build goes on without one, so that somebody
 * has to notice.
 */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { REASON } from './here.js'

interface ToolchainModule {
  findToolchain(environment?: NodeJS.ProcessEnv): {
    readonly missing?: string
    readonly cxxCompiler?: readonly string[]
  }
}

const SCRIPT = new URL('../scripts/toolchain.js', import.meta.url).href
const REASON_FILE = new URL('../build/no-addon.txt', import.meta.url)
const { findToolchain } = (await import(/* @vite-ignore */ SCRIPT)) as ToolchainModule
const { missing } = findToolchain()

test.skipIf(missing !== undefined)(
  missing === undefined ? 'the addon is built' : `the addon is built (skipped: ${missing})`,
  () => {
    const why = existsSync(REASON_FILE) ? readFileSync(REASON_FILE, 'utf8') : REASON
    expect(REASON, why ?? undefined).toBeNull()
  },
)

test('without a compiler the build says so in one line, and how to get one', () => {
  const without = findToolchain({ CC: 'no-such-compiler -m64' })
  const expected =
    process.platform === 'win32'
      ? /^on Windows/
      : /^no C compiler \(tried no-such-compiler -m64\); install /
  expect(without.missing).toMatch(expected)
})

test.skipIf(process.platform === 'win32' || missing !== undefined)(
  'without a compiler for C++ as well',
  () => {
    const { missing: why } = findToolchain({ ...process.env, CXX: 'no-such-compiler++ -m64' })
    expect(why).toMatch(/^no C\+\+ compiler \(tried no-such-compiler\+\+ -m64\); install /)
  },
)

test.skipIf(process.platform === 'win32' || missing !== undefined)(
  'a compiler for C brings its sibling along',
  () => {
    const found = findToolchain({ CC: 'gcc -O0' })
    if (found.missing === undefined) expect(found.cxxCompiler).toEqual(['g++', '-O0'])
    else expect(found.missing).toMatch(/^no C/)
  },
)

/**
 * That the walk over a package's files finds what is wrong with one.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { danglingFiles, missingFiles } from './reach.js'

const folder = mkdtempSync(join(tmpdir(), 'reach '))
afterAll(() => rmSync(folder, { recursive: true }))

const FILES = {
  'README.md': 'Build it: `node scripts/build.js`.',
  'package.json': '{}',
  'dist/index.js':
    "import { a } from './chunk.js'\nimport('./lazy.js')\n//# sourceMappingURL=index.js.map",
  'dist/index.js.map': '',
  'dist/chunk.js': "require('./gone.cjs')",
  'dist/lazy.js': '',
  'dist/index.d.ts': "export * from './types.js'",
  'dist/types.d.ts': '',
  'dist/stale.js': '',
  'scripts/build.js': "import './sources.js'",
  'scripts/sources.js': '',
  'scripts/nobody.js': '',
}
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

const manifest = {
  name: 'mine',
  bin: { mine: './dist/program.js' },
  exports: { '.': { import: { types: './dist/index.d.ts', default: './dist/index.js' } } },
}

test('files that nothing reaches, and files that are not there', () => {
  expect(danglingFiles(folder, manifest).sort()).toEqual(['dist/stale.js', 'scripts/nobody.js'])
  expect(missingFiles(folder, manifest).sort()).toEqual([
    'dist/chunk.js -> dist/gone.cjs',
    'package.json -> dist/program.js',
  ])
})

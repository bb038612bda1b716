/**
 * The declarations as `attw` (Are the types wrong?) sees them: in every tarball each module has types
 * of its own format, for `import` and for `require`, in Node and in bundlers.
 *
 * Two things are left out, each for a reason. The resolution `node10` does not read `exports`, so that
 * it is not supported (CONTRIBUTING.md). And files that are taken as they are, such as rope.wasm, are
 * what a bundler makes of them: an address, bytes or a module; no declaration would be right.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { packedPackages } from '../../built/packed.js'
import { isFile, type Manifest, modulesOf } from '../../setup/workspace.mjs'
import { fetchTool, makeFolder, run } from '../tools.js'

const packed = inject('packed')
const LIBRARIES = packedPackages(packed)
  .map(({ manifest }) => manifest)
  .filter((manifest) => modulesOf(manifest).length > 0)

const project = makeFolder({})
afterAll(project.remove)

interface Verdict {
  readonly status: number | null
  /** The modules that were looked at, as subpaths. */
  readonly modules: readonly string[]
  /** Each problem as JSON, those of `node10` left out. */
  readonly problems: readonly string[]
}

function judge(tarball: string, { exports = {} }: Manifest): Verdict {
  const attw = join(fetchTool('@arethetypeswrong/cli', '0.18.5'), 'dist', 'index.js')
  const files = Object.keys(exports).filter((path) => isFile(path) && !path.endsWith('.json'))
  const options = [
    ...['--format', 'json', '--no-definitely-typed', '--profile', 'node16'],
    ...(files.length === 0 ? [] : ['--exclude-entrypoints', ...files]),
  ]
  const { status, output } = run(project.folder, process.execPath, attw, tarball, ...options)
  const { analysis, problems } = JSON.parse(output)
  const found = (Object.values(problems) as { readonly resolutionKind?: string }[][]).flat()
  return {
    status,
    modules: Object.keys(analysis.entrypoints).filter((path) => !isFile(path)),
    problems: found
      .filter(({ resolutionKind }) => resolutionKind !== 'node10')
      .map((problem) => JSON.stringify(problem)),
  }
}

test.each(LIBRARIES)('$name', (manifest) => {
  const { name, version } = manifest
  const file = `${name.slice(1).replace('/', '-')}-${version}.tgz`
  expect(judge(join(packed.tarballs, file), manifest)).toEqual({
    status: 0,
    modules: modulesOf(manifest),
    problems: [],
  })
})

test('declarations of the other format would be found', () => {
  const folder = join(project.folder, 'package')
  cpSync(join(packed.modules, '@rope', 'js'), folder, { recursive: true })
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const wrong = text.replace('./dist/index.d.cts', './dist/index.d.ts')
  expect(wrong).not.toBe(text)
  writeFileSync(join(folder, 'package.json'), wrong)
  const tarball = join(project.folder, 'wrong.tgz')
  const { status } = spawnSync('tar', ['-czf', tarball, '-C', project.folder, 'package'])
  expect(status).toBe(0)
  expect(judge(tarball, JSON.parse(wrong))).toEqual({
    status: 1,
    modules: ['.'],
    problems: [expect.stringContaining('FalseESM')],
  })
})

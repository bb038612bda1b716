/**
 * The tarballs themselves: every export of every one is there, can be imported and required, does
 * what it is for, and is declared name by name; and nothing is packed that none of them reaches.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { publicPackages, ROOT } from '../../setup/workspace.mjs'
import { packedPackages } from '../packed.js'
import { makeProject, publicNames } from './project.js'
import { danglingFiles, missingFiles } from './reach.js'

const packages = packedPackages(inject('packed'))
const project = makeProject()
afterAll(project.remove)

const USES = fileURLToPath(new URL('programs/uses.mjs', import.meta.url))
copyFileSync(USES, join(project.folder, 'uses.mjs'))

/** Every export of every tarball: modules, and files that are taken as they are. */
const EXPORTS = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports ?? {}).map((subpath) => manifest.name + subpath.slice(1)),
)

test("every public package is packed; of the platforms', that of this one alone is installed", () => {
  const names = publicPackages(ROOT).map(({ manifest }) => manifest.name)
  const installed = packages.map(({ manifest }) => manifest.name)
  const isPlatform = (name: string): boolean => name.startsWith('@rope/native-')
  expect(installed.filter((name) => !isPlatform(name)).sort()).toEqual(
    names.filter((name) => !isPlatform(name)).sort(),
  )
  expect(installed.filter(isPlatform).length).toBeLessThanOrEqual(1)
})

test.each(['import', 'require'])('every export is used once, by %s', (format) => {
  const { status, stdout, stderr } = project.run('uses.mjs', undefined, [format, ...EXPORTS])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({ problems: {}, unused: [] })
})

describe('every name that a module has is declared', () => {
  const list = project.run(
    'names.mjs',
    `const names = {}
     for (const name of process.argv.slice(2)) names[name] = Object.keys(await import(name))
     process.stdout.write(JSON.stringify(names))`,
    publicNames(),
  )
  const names: Readonly<Record<string, readonly string[]>> = JSON.parse(list.stdout)
  const programs = Object.fromEntries(
    Object.entries(names).map(([module, exported]) => [
      `${module.replaceAll('/', '-')}-names.mts`,
      `import { ${exported.join(', ')} } from '${module}'\nexport const all = [${exported.join(', ')}]\n`,
    ]),
  )
  const complaints = project.compile(programs)
  test.each(Object.keys(programs))('%s', (program) => expect(complaints[program]).toEqual([]))
})

test('the command starts', () => {
  const { folder, manifest } = packages.find(({ manifest: { bin } }) => bin !== undefined) ?? {}
  const file = join(folder ?? '', Object.values(manifest?.bin ?? {})[0] ?? '')
  const { status, stdout } = spawnSync(process.execPath, [file, '--version'], { encoding: 'utf8' })
  expect([status, stdout.trim()]).toEqual([0, expect.stringContaining(String(manifest?.version))])
})

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  test('has every file that its manifest and its files name', () => {
    expect(missingFiles(folder, manifest)).toEqual([])
  })

  test('has no file that nothing reaches', () => {
    expect(danglingFiles(folder, manifest)).toEqual([])
  })

  test('has no install scripts, and depends on versions', () => {
    const text = readFileSync(join(folder, 'package.json'), 'utf8')
    expect(text).not.toMatch(/"(pre|post)?install"|workspace:/)
    // With one in this place npm would run node-gyp, asked or not.
    expect(existsSync(join(folder, 'binding.gyp'))).toBe(false)
  })

  test('publint has nothing to say', async () => {
    const { messages } = await publint({ pkgDir: folder, strict: true, pack: false })
    // A `browser` field is how bundlers leave a Node package out, which `imports` cannot say.
    const found = messages.filter(({ code }) => code !== 'USE_EXPORTS_OR_IMPORTS_BROWSER')
    expect(found).toEqual([])
  })
})

/**
 * Fresh projects, installed from a registry by each package manager: real code runs as an ES module
 * and as CommonJS, and `npm install @rope/auto` is all that native speed takes.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { probeNative } from '@rope/native'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { fetchTool, makeFolder, run } from '../tools.js'

const registry = inject('registry')
const { available, facts } = probeNative()

const BODY = `
  const options = { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 10000 } }
  const rope = await createRope(options, { layout: 'bshd' })
  const data = new Float32Array([1, 0])
  rope.rotate({ q: { data, shape: [1, 1, 1, 2] }, positions: 1 })
  const native = (await detectBackends(BACKENDS)).find(({ name }) => name === 'native')
  console.log(JSON.stringify({ right: data[0] === Math.fround(Math.cos(1)), ...native }))`

const FILES = {
  'package.json': JSON.stringify({
    ...{ name: 'stranger', version: '1.0.0', private: true },
    dependencies: { '@rope/auto': '^0.0.0' },
  }),
  '.npmrc': `@rope:registry=${registry}\n`,
  'main.mjs': `
    import { createRope } from '@rope/auto'
    import { BACKENDS, detectBackends } from '@rope/auto/backends'
    ${BODY}`,
  'main.cjs': `
    const { createRope } = require('@rope/auto')
    const { BACKENDS, detectBackends } = require('@rope/auto/backends')
    ;(async () => {${BODY}})()`,
}

const YARN_RC = (linker: string): string => `
nodeLinker: ${linker}
enableTelemetry: false
enableGlobalCache: false
npmMinimalAgeGate: 0
unsafeHttpWhitelist: ['127.0.0.1']
npmScopes:
  rope:
    npmRegistryServer: '${registry}'
`

interface Manager {
  readonly files?: Readonly<Record<string, string>>
  /** The command that installs; one without a lockfile to begin with. */
  readonly install: () => readonly [string, ...string[]]
  /** What goes before a program. */
  readonly node?: () => readonly [string, ...string[]]
}

const yarn4 = (): readonly [string, string] => [
  process.execPath,
  join(fetchTool('@yarnpkg/cli-dist', '4.18.1'), 'bin', 'yarn.js'),
]

const MANAGERS: Readonly<Record<string, Manager>> = {
  npm: { install: () => ['npm', 'install', '--no-audit', '--no-fund'] },
  pnpm: { install: () => [join(ROOT, 'node_modules', '.bin', 'pnpm'), 'install'] },
  'yarn 1': {
    install: () => [
      process.execPath,
      join(fetchTool('yarn', '1.22.22'), 'bin', 'yarn.js'),
      'install',
    ],
  },
  'yarn 4': {
    files: { '.yarnrc.yml': YARN_RC('node-modules'), 'yarn.lock': '' },
    install: () => [...yarn4(), 'install'],
  },
  "yarn 4, plug'n'play": {
    files: { '.yarnrc.yml': YARN_RC('pnp'), 'yarn.lock': '' },
    install: () => [...yarn4(), 'install'],
    node: () => [...yarn4(), 'node'],
  },
}

describe.each(Object.entries(MANAGERS))('%s', (name, { files, install, node }) => {
  const project = makeFolder({ ...FILES, ...files })
  afterAll(project.remove)

  test('installs', () => {
    const { status, output } = run(project.folder, ...install())
    expect(status, output).toBe(0)
  })

  test.each(['main.mjs', 'main.cjs'])('%s runs, natively where there is a binary', (program) => {
    const [command, ...args] = node?.() ?? [process.execPath]
    const { status, output } = run(project.folder, command, ...args, program)
    expect(status, output).toBe(0)
    const story = JSON.parse(output.trim())
    expect(story).toMatchObject({ right: true, available })
    if (available) expect(story.facts.platform).toBe(facts.platform)
  })

  test('has the package of this platform and of no other', () => {
    const modules = join(project.folder, 'node_modules')
    const unplugged = join(project.folder, '.yarn', 'unplugged')
    const places = [join(modules, '@rope'), join(modules, '.pnpm'), unplugged].filter(existsSync)
    const found = places
      .flatMap((place) => readdirSync(place))
      .map(
        (entry) =>
          /^(?:@rope[+-])?native-((?:linux|darwin|win32)-[a-z0-9]+(?:-gnu|-musl)?)/.exec(
            entry,
          )?.[1],
      )
      .filter((each) => each !== undefined)
    const platform = String(facts.platform)
    expect(found).toContain(platform)
    // yarn 1 knows of systems and processors, and nothing of C libraries.
    const fits = name === 'yarn 1' ? platform.replace(/-(gnu|musl)$/, '-') : platform
    expect(found.filter((each) => !each.startsWith(fits))).toEqual([])
  })
})

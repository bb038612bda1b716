/**
 * Other people's programs, fetched from npm once into node_modules/.cache, and how to run them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../setup/workspace.mjs'

const CACHE = join(ROOT, 'node_modules', '.cache', 'rope-consumers')

/** How a program ended. */
export interface Ending {
  readonly status: number | null
  readonly output: string
}

/** The folder of an exact version of a package, its dependencies beside it; throws npm's words. */
export function fetchTool(name: string, version: string): string {
  const home = join(CACHE, `${name}@${version}`.replaceAll('/', ' '))
  const folder = join(home, 'node_modules', name)
  if (existsSync(join(folder, 'package.json'))) return folder
  mkdirSync(home, { recursive: true })
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  const { status, output } = run(
    home,
    'npm',
    'install',
    ...quiet,
    '--prefix',
    home,
    `${name}@${version}`,
  )
  if (status === 0) return folder
  rmSync(home, { recursive: true, force: true })
  throw new Error(`${name}@${version} cannot be fetched:\n${output}`)
}

/** The folder of an exact version of a package that is for another platform; throws npm's words. */
export function fetchTarball(name: string, version: string): string {
  const home = join(CACHE, `${name}@${version}`.replaceAll('/', ' '))
  const folder = join(home, 'package')
  if (existsSync(join(folder, 'package.json'))) return folder
  mkdirSync(home, { recursive: true })
  const packed = run(home, 'npm', 'pack', '--silent', `${name}@${version}`)
  const file = packed.output.trim().split('\n').at(-1) ?? ''
  const unpacked = packed.status === 0 ? run(home, 'tar', '-xzf', file) : packed
  if (unpacked.status === 0) return folder
  rmSync(home, { recursive: true, force: true })
  throw new Error(`${name}@${version} cannot be fetched:\n${packed.output}${unpacked.output}`)
}

/** Runs a program in a folder, without the environment that the workspace's own commands set. */
export function run(folder: string, command: string, ...args: readonly string[]): Ending {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config)|pnpm_|NODE_PATH|NODE_OPTIONS|INIT_CWD|VITEST|CI$)/i.test(name),
  )
  const env = { ...Object.fromEntries(inherited), YARN_ENABLE_TELEMETRY: '0' }
  const { status, stdout, stderr } = spawnSync(command, args, {
    ...{ cwd: folder, encoding: 'utf8', env, timeout: 280_000, maxBuffer: 2 ** 26 },
    shell: process.platform === 'win32',
  })
  return { status, output: `${stdout}${stderr}` }
}

/** A fresh folder outside the workspace with the given files; its path has a space in it. */
export function makeFolder(files: Readonly<Record<string, string>>): {
  readonly folder: string
  readonly remove: () => void
} {
  const folder = mkdtempSync(join(tmpdir(), 'a stranger '))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * Installs the workspace's dependencies when, and only when, they are not what the lockfile says.
 * The pinned pnpm does it: the one installed here if there is one, else one that npm lends us.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ExpectedError, runSilently } from './child.mjs'
import { say, secondsSince } from './say.mjs'
import { listPackages, ROOT, readManifest } from './workspace.mjs'

const STAMP = join('node_modules', '.rope-setup', 'installed')

/**
 * Makes sure that the dependencies are there; says one line when it had to install.
 * @returns {Promise<boolean>} true when it had to
 */
export async function ensureInstalled() {
  if (isInstalled(ROOT)) return false
  const version = pinnedPnpm(ROOT)
  say(`installing dependencies with pnpm ${version} ...`)
  const started = Date.now()
  const { code, output } = await runSilently(...installCommand(ROOT, version))
  if (code !== 0) {
    say(output.trimEnd())
    throw new ExpectedError(`installing failed (exit code ${code}); the output is above`)
  }
  writeStamp(ROOT)
  say(`installed in ${secondsSince(started)}`)
  return true
}

/**
 * True when `root` was installed from exactly the present manifests and lockfile.
 * @param {string} root
 */
export function isInstalled(root) {
  const stamp = join(root, STAMP)
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(root)) return false
  return listPackages(root).every(({ folder, manifest }) => {
    const count = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length
    return count === 0 || existsSync(join(folder, 'node_modules'))
  })
}

/**
 * Remembers that `root` is installed.
 * @param {string} root
 */
export function writeStamp(root) {
  mkdirSync(dirname(join(root, STAMP)), { recursive: true })
  writeFileSync(join(root, STAMP), fingerprint(root))
}

/**
 * A hash over everything that decides what an installation looks like.
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']
  const manifests = listPackages(root).map(({ folder }) => join(folder, 'package.json'))
  for (const file of [...files.map((name) => join(root, name)), ...manifests.sort()]) {
    hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/**
 * The version of pnpm that the root manifest pins, such as '12.4.2'.
 * @param {string} root
 */
function pinnedPnpm(root) {
  return (readManifest(root).packageManager ?? '').replace(/^pnpm@/, '')
}

/**
 * How to install `root` with pnpm `version`: a program and its arguments.
 * The lockfile was checked when it was written, and holds a hash of every package: it is trusted,
 * which spares a round of questions to the registry.
 * @param {string} root
 * @param {string} version
 * @returns {[file: string, args: string[]]}
 */
export function installCommand(root, version) {
  const install = ['install', '--frozen-lockfile', '--trust-lockfile', '--prefer-offline']
  const own = join(root, 'node_modules', 'pnpm')
  if (
    existsSync(join(own, 'package.json')) &&
    JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version === version
  ) {
    return [join(root, 'node_modules', '.bin', 'pnpm'), install]
  }
  const npm = process.env.npm_execpath
  const exec = [
    'exec',
    '--yes',
    '--prefer-offline',
    '--loglevel=error',
    '--',
    `pnpm@${version}`,
    ...install,
  ]
  return npm === undefined ? ['npm', exec] : [process.execPath, [npm, ...exec]]
}

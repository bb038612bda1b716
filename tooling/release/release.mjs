/**
 * `npm run release`: builds, looks whether everything is there that has to be published, and hands
 * over to changesets. With `--dry-run` it shows what would be published and stops.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from '../setup/build.mjs'
import { runSilently } from '../setup/child.mjs'
import { publicPackages, ROOT } from '../setup/workspace.mjs'

const PNPM = join(ROOT, 'node_modules', '.bin', 'pnpm')
const CHANGESET = join(ROOT, 'node_modules', '@changesets', 'cli', 'bin.js')

/**
 * The packages of platforms whose binary has not been made.
 * @param {string} root
 * @returns {string[]}
 */
export function missingBinaries(root) {
  return publicPackages(root)
    .filter(({ manifest }) => Object.hasOwn(manifest.exports ?? {}, './rope.node'))
    .filter(({ folder }) => !existsSync(join(folder, 'rope.node')))
    .map(({ manifest }) => manifest.name)
}

/**
 * What would be published: a line for each package, with the size of its tarball.
 * @param {string} root
 * @returns {Promise<string[]>}
 */
export async function listTarballs(root) {
  const folder = mkdtempSync(join(tmpdir(), 'rope-release-'))
  try {
    const filters = publicPackages(root).flatMap(({ manifest }) => ['--filter', manifest.name])
    const args = ['--recursive', ...filters, 'pack', '--pack-destination', folder]
    const { code, output } = await runSilently(PNPM, args)
    if (code !== 0) throw new Error(`packing failed:\n${output}`)
    const sizes = readdirSync(folder).map((file) => [file, statSync(join(folder, file)).size])
    return sizes.map(([file, size]) => `${file} ${(Number(size) / 1000).toFixed(1)} kB`).sort()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Runs a release, or shows it.
 * @param {readonly string[]} args
 */
export async function release(args) {
  const dry = args.includes('--dry-run')
  const unknown = args.filter((arg) => arg !== '--dry-run')
  if (unknown.length > 0) throw new Error(`unknown ${unknown.join(' ')}; known: --dry-run`)
  await ensureBuilt()
  const missing = missingBinaries(ROOT)
  for (const line of await listTarballs(ROOT)) console.log(line)
  for (const name of missing)
    console.log(`${name}: no binary; run: npm run cross-compile in packages/native`)
  if (dry) {
    console.log(missing.length === 0 ? 'dry run: nothing was published' : 'dry run: not ready')
    return
  }
  if (missing.length > 0)
    throw new Error(`nothing was published: ${missing.length} binaries are missing`)
  const { code, output } = await runSilently(process.execPath, [CHANGESET, 'publish'])
  console.log(output.trimEnd())
  process.exitCode = code ?? 1
}

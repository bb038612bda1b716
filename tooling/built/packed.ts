/**
 * What a user's package manager would install: every public package packed, and the tarballs laid
 * out in one node_modules outside the workspace. Other people's packages are links to ours.
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Manifest, publicPackages, ROOT, readManifest } from '../setup/workspace.mjs'

/** Where everything lies. */
export interface Packed {
  /** The folder of the tarballs. */
  readonly tarballs: string
  /** The node_modules that they were laid out in; its path has a space in it. */
  readonly modules: string
}

/** Packs every public package into `folder`, as `pnpm publish` would. */
function packAll(folder: string): void {
  const filters = publicPackages(ROOT).flatMap(({ manifest }) => ['--filter', manifest.name])
  const pnpm = join(ROOT, 'node_modules', '.bin', 'pnpm')
  const args = ['--recursive', ...filters, 'pack', '--pack-destination', folder]
  const { status, stdout, stderr } = spawnSync(pnpm, args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`packing failed:\n${stdout}\n${stderr}`)
}

/**
 * Packs and lays out. The package of this platform gets the addon that was built here where the
 * release's own binary is not there; those of other platforms stay away, as they would.
 *
 * @param addon this platform's name and the binary that was built for it; null when there is none
 */
export function layOut(
  addon: { readonly platform: string; readonly binary: string } | null,
): Packed {
  const root = mkdtempSync(join(tmpdir(), 'packed rope '))
  const tarballs = join(root, 'tarballs')
  const modules = join(root, 'node_modules')
  mkdirSync(tarballs)
  packAll(tarballs)
  for (const tarball of readdirSync(tarballs)) {
    const name = packageOf(tarball)
    const isPlatform = name.startsWith(PLATFORM)
    if (isPlatform && name !== `${PLATFORM}${addon?.platform}`) continue
    const target = join(modules, name)
    unpack(join(tarballs, tarball), target)
    const binary = join(target, 'rope.node')
    if (isPlatform && addon !== null && !existsSync(binary)) copyFileSync(addon.binary, binary)
  }
  for (const { folder, manifest } of publicPackages(ROOT)) linkOthers(folder, manifest, modules)
  return { tarballs, modules }
}

/** Removes what `layOut` made. */
export function removePacked({ modules }: Packed): void {
  rmSync(dirname(modules), { recursive: true })
}

const PLATFORM = '@rope/native-'

/** The package in a tarball of pnpm's: rope-native-linux-x64-gnu-0.0.0.tgz, say. */
function packageOf(tarball: string): string {
  const [, name = ''] = /^rope-(.*)-\d+\.\d+\.\d+.*\.tgz$/.exec(tarball) ?? []
  return `@rope/${name}`
}

function unpack(tarball: string, target: string): void {
  mkdirSync(target, { recursive: true })
  const args = ['-xzf', tarball, '--strip-components=1', '-C', target]
  const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`unpacking ${tarball} failed: ${stderr}`)
}

/** Other people's packages, each from where our package finds it; a user installs the peers that are not optional, too. */
function linkOthers(folder: string, manifest: Manifest, modules: string): void {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  const peers = Object.keys(peerDependencies).filter(
    (name) => !peerDependenciesMeta[name]?.optional,
  )
  const wanted = [...Object.keys(dependencies), ...peers]
  for (const name of wanted.filter((name) => !name.startsWith('@rope/'))) {
    const link = join(modules, name)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(join(folder, 'node_modules', name)), link)
  }
}

/** Every package that was laid out, with its manifest as it is in the tarball. */
export function packedPackages({ modules }: Packed): { folder: string; manifest: Manifest }[] {
  return readdirSync(join(modules, '@rope'))
    .map((name) => join(modules, '@rope', name))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
}

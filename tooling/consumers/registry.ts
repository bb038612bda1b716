/**
 * A registry that has our tarballs and nothing else, as far as package managers ask: a document per
 * package, and the files. Everything else comes from wherever the package manager is set to look.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A registry that runs. */
export interface Registry {
  readonly address: string
  readonly close: () => void
}

interface Entry {
  readonly file: string
  readonly manifest: { readonly name: string; readonly version: string }
  readonly bytes: Uint8Array
}

/** Serves the tarballs of a folder. */
export async function startRegistry(folder: string): Promise<Registry> {
  const entries = readdirSync(folder).map((file) => readEntry(folder, file))
  const server = createServer(({ url = '/' }, response) => {
    const path = decodeURIComponent(url).slice(1)
    const entry = entries.find(({ file, manifest }) => path === manifest.name || path === file)
    if (entry === undefined) response.writeHead(404).end('{}')
    else if (path === entry.file) response.writeHead(200).end(entry.bytes)
    else {
      const { port } = server.address() as AddressInfo
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(documentOf(entry, `http://127.0.0.1:${port}/`)))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

function readEntry(folder: string, file: string): Entry {
  // The folder within a tarball may have any name.
  const args = ['-xzf', join(folder, file), '-O', '--wildcards', '--no-wildcards-match-slash']
  const { stdout } = spawnSync('tar', [...args, '*/package.json'], { encoding: 'utf8' })
  return { file, manifest: JSON.parse(stdout), bytes: readFileSync(join(folder, file)) }
}

/** What a registry says of a package, in the fields that package managers read. */
function documentOf({ file, manifest, bytes }: Entry, address: string): object {
  const { name, version } = manifest
  const hash = (algorithm: string, encoding: 'hex' | 'base64'): string =>
    createHash(algorithm).update(bytes).digest(encoding)
  const dist = {
    tarball: `${address}${file}`,
    shasum: hash('sha1', 'hex'),
    integrity: `sha512-${hash('sha512', 'base64')}`,
  }
  // Long ago, for package managers that do not trust what is new.
  const time = { created: EPOCH, modified: EPOCH, [version]: EPOCH }
  return {
    ...{ _id: name, name, time, 'dist-tags': { latest: version } },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
  }
}

const EPOCH = '2020-01-01T00:00:00.000Z'

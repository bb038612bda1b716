/**
 * Makes the package of this platform out of the local build, ready to be published:
 * npm/native-linux-x64-gnu/ holds rope.node and a manifest that lets package managers install it
 * on no other platform.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { probeNative } from '@rope/native'
import { PACKAGE_ROOT } from './sources.js'

const { available, reason, facts } = probeNative()
if (!available) throw new Error(`there is nothing to pack: ${reason}`)

const platform = String(facts.platform)
const [os, cpu, libc] = platform.split('-')
const own = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))
const manifest = {
  name: `@rope/native-${platform}`,
  version: own.version,
  description: `The binary of @rope/native for ${platform}.`,
  license: own.license,
  engines: own.engines,
  os: [os],
  cpu: [cpu],
  ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : libc] }),
  main: 'rope.node',
  files: ['rope.node'],
}

const folder = join(PACKAGE_ROOT, 'npm', `native-${platform}`)
mkdirSync(folder, { recursive: true })
copyFileSync(join(PACKAGE_ROOT, 'build', 'Release', 'rope.node'), join(folder, 'rope.node'))
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
process.stdout.write(`${folder}\n`)

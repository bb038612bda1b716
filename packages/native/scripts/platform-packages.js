/**
 * Writes the package of every platform in targets.json, its binary aside, into npm/, and names them
 * in the manifest of @rope/native. A test says when this has to be run again.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from './sources.js'
import { filesOf, folderOf, optionalDependencies, ownManifest, TARGETS } from './targets.js'

for (const target of TARGETS) {
  mkdirSync(folderOf(target), { recursive: true })
  for (const [name, text] of Object.entries(filesOf(target))) {
    writeFileSync(join(folderOf(target), name), text)
  }
}
const manifest = { ...ownManifest(), optionalDependencies: optionalDependencies() }
writeFileSync(join(PACKAGE_ROOT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

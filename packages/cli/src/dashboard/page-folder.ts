/**
 * Where the built page lies: in this package as it is published, or with its app in the workspace.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RopeError } from '@rope/core'

/** The page, from the folder of this package. */
const PLACES = ['dist-web', join('..', '..', 'apps', 'dashboard', 'dist-web')]

/**
 * The folder of the built page.
 *
 * @throws RopeError UNAVAILABLE when it has not been built
 */
export function pageFolder(): string {
  const own = packageFolder()
  const found = PLACES.map((place) => join(own, place)).find(isPage)
  if (found !== undefined) return found
  throw new RopeError(
    'UNAVAILABLE',
    'the page of the dashboard is not built; in the workspace, npm run dashboard builds and serves it',
    { field: 'dashboard' },
  )
}

function isPage(folder: string): boolean {
  return existsSync(join(folder, 'index.html'))
}

/** The folder of this package, from wherever inside it this code was put. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder)
  }
  return folder
}

/**
 * Where a browser with WebGPU is on this machine: any Chromium will do.
 */
import { existsSync } from 'node:fs'
import { RopeError } from '@rope/core'

/** Names a browser that is somewhere else. */
const BROWSER_VARIABLE = 'ROPE_CHROMIUM'

const WINDOWS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
]

/** The usual places by platform, best first. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
  ].map((name) => `/usr/bin/${name}`),
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['C:\\Program Files', 'C:\\Program Files (x86)'].flatMap((folder) =>
    WINDOWS.map((path) => `${folder}\\${path}`),
  ),
}

/**
 * The browser's executable.
 *
 * @throws RopeError UNAVAILABLE, saying what to do
 */
export function findBrowser(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = environment[BROWSER_VARIABLE]
  const places = named === undefined ? (PLACES[platform] ?? []) : [named]
  const found = places.find((path) => existsSync(path))
  if (found !== undefined) return found
  const where = places.length === 0 ? `any place known on ${platform}` : places.join(', ')
  throw new RopeError(
    'UNAVAILABLE',
    `there is no browser at ${where}; install Chromium or Chrome, or name one in ${BROWSER_VARIABLE}`,
    { field: BROWSER_VARIABLE },
  )
}

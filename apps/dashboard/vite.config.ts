/**
 * The page's build: what it may load, and which versions it measures.
 */
import { fileURLToPath } from 'node:url'
import type { ConfigEnv, UserConfig } from 'vite'
import { SUITE_VERSION } from '../../packages/core/src/conformance/version.js'
import { THEME_FOLDER, withHead } from '../../tooling/vitest/head.js'
import { pageConfig } from '../../tooling/vitest/page.js'
import { versionsOf } from '../../tooling/vitest/versions.js'
import { installedPeers, peersPlugin } from './scripts/peers-plugin.js'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What the built page may load and run, wherever it is hosted: its own files. Threads of the wasm
 * backend start from a blob, and charts are drawn to one when they are exported.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
]

/** What is measured, and what measures. */
const MEASURED = ['core', 'js', 'wasm', 'webgpu', 'auto', 'bench']

/** Where `npm run bench:peers` puts the libraries of others, for a page that is built with them. */
const PEERS = `${workspace}packages/bench/peers/node_modules`

export default (env: ConfigEnv): UserConfig => {
  const peers = env.mode === 'peers' ? PEERS : null
  return pageConfig({
    publicDir: THEME_FOLDER,
    define: {
      ROPE_VERSIONS: JSON.stringify(versionsOf(workspace, MEASURED)),
      ROPE_SUITE_VERSION: JSON.stringify(SUITE_VERSION),
      ROPE_PEERS: JSON.stringify(installedPeers(peers)),
    },
    plugins: [withHead(POLICY)],
    build: { modulePreload: { polyfill: false } },
    worker: { plugins: () => [peersPlugin(peers)] },
  })(env)
}

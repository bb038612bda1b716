/**
 * The page's build. In the mode `sources`, packages are built from their sources instead of their
 * `dist`, as the tests see them.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'vite'
import { sourceAliases } from '../../tooling/vitest/aliases.js'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

/** A backend of Node, that the front door also knows: a browser finds it missing. */
const NOT_BUNDLED = { external: ['@rope/native'] }

/** What makes a page cross-origin isolated: fine clocks, and memory that threads can share. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig(
  ({ mode }): UserConfig => ({
    // Relative addresses: the page works in any folder of any server.
    base: './',
    publicDir: false,
    resolve: { alias: mode === 'sources' ? sourceAliases(workspace) : [] },
    worker: { format: 'es', rolldownOptions: NOT_BUNDLED },
    build: {
      rolldownOptions: NOT_BUNDLED,
      outDir: 'dist-web',
      target: 'es2022',
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
    server: { headers: ISOLATED },
    preview: { headers: ISOLATED },
  }),
)

/**
 * What the builds of the apps' pages have in common. In the mode `sources`, packages are built from
 * their sources instead of their `dist`, as the tests see them.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig, type UserConfig, type UserConfigFnObject } from 'vite'
import { sourceAliases } from './aliases.js'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

/** A backend of Node, that the front door also knows: a browser finds it missing. */
const NOT_BUNDLED = { external: ['@rope/native'] }

/** What makes a page cross-origin isolated: fine clocks, and memory that threads can share. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** The config of a page, with what only this page has. */
export function pageConfig(own: UserConfig): UserConfigFnObject {
  return defineConfig(({ mode }): UserConfig => {
    const common: UserConfig = {
      // Relative addresses: the page works in any folder of any server.
      base: './',
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
    }
    return mergeConfig(common, own)
  })
}

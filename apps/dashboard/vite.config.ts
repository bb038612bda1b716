/**
 * The page's build. In the mode `sources`, packages are built from their sources instead of their
 * `dist`, as the tests see them.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { sourceAliases } from '../../tooling/vitest/aliases.js'
import { versionsOf } from '../../tooling/vitest/versions.js'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

/** A backend of Node, that the front door also knows: a browser finds it missing. */
const NOT_BUNDLED = { external: ['@rope/native'] }

/** What makes a page cross-origin isolated: fine clocks, and memory that threads can share. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

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
].join('; ')

const POLICY_TAG = { 'http-equiv': 'Content-Security-Policy', content: POLICY }

/**
 * Puts the policy into the built page (the server of `vite dev` needs inline scripts), and before
 * everything else the script that sets the theme, which must not wait for a module.
 */
function withHead(): Plugin {
  return {
    name: 'head',
    transformIndexHtml: (_, { server }) => [
      ...(server === undefined ? [{ tag: 'meta', attrs: POLICY_TAG }] : []),
      { tag: 'script', attrs: { src: './theme.js' } },
    ],
  }
}

/** What is measured, and what measures. */
const MEASURED = ['core', 'js', 'wasm', 'webgpu', 'auto', 'bench']

export default defineConfig(
  ({ mode }): UserConfig => ({
    // Relative addresses: the page works in any folder of any server.
    base: './',
    define: { ROPE_VERSIONS: JSON.stringify(versionsOf(workspace, MEASURED)) },
    resolve: { alias: mode === 'sources' ? sourceAliases(workspace) : [] },
    plugins: [withHead()],
    worker: { format: 'es', rolldownOptions: NOT_BUNDLED },
    build: {
      rolldownOptions: NOT_BUNDLED,
      outDir: 'dist-web',
      target: 'es2022',
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
    server: { headers: ISOLATED },
    preview: { headers: ISOLATED },
  }),
)

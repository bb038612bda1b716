/**
 * The page's build: what it may load, and the text that it trains on.
 */
import type { Plugin } from 'vite'
import { pageConfig } from '../../tooling/vitest/page.js'
import { readTexts } from './src/text/addresses.js'
import { packTexts } from './src/text/packed-texts.js'
import { TEXT_FILE } from './src/web/training/text-file.js'

/**
 * What the built page may load and run, wherever it is hosted: its own files, and the WebAssembly
 * that trains, which is compiled as it is needed.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
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

/** Puts the addresses beside the page, in one file. */
function withText(): Plugin {
  return {
    name: 'text',
    configureServer: ({ middlewares }) => {
      middlewares.use(`/${TEXT_FILE}`, (_, response) => {
        void packTexts(readTexts()).then((file) => response.end(file))
      })
    },
    async generateBundle() {
      const source = await packTexts(readTexts())
      this.emitFile({ type: 'asset', fileName: TEXT_FILE, source })
    },
  }
}

export default pageConfig({
  plugins: [withHead(), withText()],
  build: { modulePreload: { polyfill: false } },
})

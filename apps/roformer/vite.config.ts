/**
 * The page's build: what it may load, and the text that it trains on.
 */
import type { Plugin } from 'vite'
import { THEME_FOLDER, withHead } from '../../tooling/vitest/head.js'
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
]

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
  publicDir: THEME_FOLDER,
  plugins: [withHead(POLICY), withText()],
  build: { modulePreload: { polyfill: false } },
})

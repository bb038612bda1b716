/**
 * What stands at the head of a page that has a theme of its own choice and a strict content policy.
 */
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

/** The folder of the script that sets the theme, for `publicDir`. */
export const THEME_FOLDER: string = fileURLToPath(
  new URL('../../apps/design/public/', import.meta.url),
)

/**
 * Puts a policy into the built page (the server of `vite dev` needs inline scripts), and before
 * everything else the script that sets the theme, which must not wait for a module.
 *
 * @param policy directives of a Content-Security-Policy
 */
export function withHead(policy: readonly string[]): Plugin {
  const content = policy.join('; ')
  const attrs = { 'http-equiv': 'Content-Security-Policy', content }
  return {
    name: 'head',
    transformIndexHtml: (_, { server }) => [
      ...(server === undefined ? [{ tag: 'meta', attrs }] : []),
      { tag: 'script', attrs: { src: './theme.js' } },
    ],
  }
}

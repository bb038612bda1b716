/**
 * Who may speak to the server: this machine's own pages of it, and nobody else. A foreign page can
 * make a browser send requests to a loopback address, and a name that it controls can be made to
 * point there (DNS rebinding); the headers that browsers set themselves give both away.
 */
import type { MiddlewareHandler } from 'hono'

/** The names under which a browser on this machine may call the server, without the port. */
const NAMES = ['127.0.0.1', 'localhost']

/** Refuses requests with another Host, from another origin, or sent by another site's page. */
export function guard(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const hosts = NAMES.map((name) => `${name}:${port()}`)
    const host = context.req.header('host') ?? ''
    if (!hosts.includes(host)) {
      return context.text(`unknown Host; accepted: ${hosts.join(', ')}\n`, 421)
    }
    const origin = context.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}`) {
      return context.text('requests of other origins are refused\n', 403)
    }
    if (isForeign(context.req.header('sec-fetch-site'), context.req.header('sec-fetch-mode'))) {
      return context.text('requests of other sites are refused\n', 403)
    }
    return next()
  }
}

/** A link on another page may lead here; nothing else may come from there. */
function isForeign(site: string | undefined, mode: string | undefined): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  return mode !== 'navigate'
}

/**
 * The browser and its system by the names that people know: from the client hints where a browser
 * has them, else from the user agent.
 */

/** The client hints that every page may read. */
export interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[]
  readonly platform: string
}

/** Brands that say nothing: the engine under its own name, and the one made up to keep lists honest. */
const NO_BRAND = /^chromium$|not.?a.?brand/i

/** By the user agent, the more special first, since each pretends to be those below. */
const BY_USER_AGENT: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Firefox', /Firefox\/([\d.]+)/],
  ['Edge', /Edg\/([\d.]+)/],
  ['Chrome', /(?:Headless)?Chrome\/([\d.]+)/],
  ['Safari', /Version\/([\d.]+).*Safari/],
]

/** `Firefox 140`, `Chromium 141`. */
export function browserName(userAgent: string, hints: UserAgentData | undefined): string {
  const brands = hints?.brands ?? []
  const brand = brands.find((one) => !/not.?a.?brand/i.test(one.brand) && !NO_BRAND.test(one.brand))
  const named = brand ?? brands.find(({ brand: name }) => /^chromium$/i.test(name))
  if (named !== undefined) return `${named.brand} ${named.version}`
  for (const [name, pattern] of BY_USER_AGENT) {
    const version = pattern.exec(userAgent)?.[1]?.split('.')[0]
    if (version !== undefined) return `${name} ${version}`
  }
  return userAgent
}

/** `Linux`, `macOS`, `Windows`; what the browser says. */
export function systemName(userAgent: string, hints: UserAgentData | undefined): string {
  if (hints !== undefined && hints.platform !== '') return hints.platform
  return /\(([^;)]+)/.exec(userAgent)?.[1] ?? 'unknown'
}

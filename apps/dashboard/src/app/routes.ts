/**
 * The views and their addresses: the part of the hash before a question mark, such as `#/correct`.
 */

/** A view by its address. */
export interface Route {
  readonly path: string
  /** In the navigation. */
  readonly label: string
  /** In the title of the document, and the view's heading. */
  readonly title: string
}

/** Every view, in the order of the navigation; the first is shown for an address that is none. */
export const ROUTES: readonly Route[] = [
  { path: '/device', label: 'Device', title: 'This device' },
  { path: '/correct', label: 'Correct', title: 'Correct first' },
  { path: '/fast', label: 'Fast', title: 'Fast' },
  { path: '/understand', label: 'Understand', title: 'Understand' },
  { path: '/compare', label: 'Compare', title: 'Compare and keep' },
  { path: '/explore', label: 'Explore', title: 'Explore' },
]

/** The view that a hash stands for. */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#/, '').split('?')[0]
  const [first] = ROUTES
  const found = ROUTES.find((route) => route.path === path) ?? first
  if (found === undefined) throw new Error('there are no routes')
  return found
}

/** True for the address of a view; a hash may also be a place on the page. */
export function isRoute(hash: string): boolean {
  return hash === '' || hash.startsWith('#/')
}

/** The packed run that the address carries; null when it carries none. */
export function packedRun(hash: string): string | null {
  const [path, query = ''] = hash.split('?')
  return path === '#/compare' ? new URLSearchParams(query).get('run') : null
}

/**
 * Where this package lies. This file stands one level below the root, and so does what it is built
 * into.
 */

/** The root folder of this package, as a file URL that ends in a slash. */
export const PACKAGE_ROOT: URL = new URL('..', import.meta.url)

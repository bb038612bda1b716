/**
 * Where this package lies. This file stands one level below the root, and so does what it is built
 * into.
 */
import { pathToFileURL } from 'node:url'

/**
 * The root folder of this package, as a file URL that ends in a slash. Code that a bundler has made
 * CommonJS may not know its own place: then it is the working directory, from where an installed
 * package can still be found.
 */
export function packageRoot(): URL {
  const here: string | undefined = import.meta.url
  return URL.canParse('..', here) ? new URL('..', here) : pathToFileURL(`${process.cwd()}/`)
}

/**
 * What to do where no binary could be loaded: which of the usual accidents has happened, and the
 * command that mends it.
 */
import type { Host } from './host.js'
import { packageOf } from './platform.js'

/** A sentence without its full stop, which follows "to fix it, ". */
export function wayOut(host: Host): string {
  const { environment, platform, packageRoot, platformPackages } = host
  const { ROPE_NATIVE_BINARY: forced } = environment
  if (forced !== undefined && forced !== '') return 'correct ROPE_NATIVE_BINARY or unset it'
  if (platformPackages === null) return BUNDLED
  const own = packageOf(platform)
  const build = `install a C compiler and run: node ${packageRoot}scripts/build-addon.js`
  if (!platformPackages.includes(own)) return `${build} (no package is made for this platform)`
  const isInstalled = (name: string): boolean => host.resolve(`${name}/package.json`) !== null
  if (isInstalled(own)) {
    return `install ${own} again; or, on a system that is older than its binary allows, ${build}`
  }
  const others = platformPackages.filter(isInstalled)
  if (others.length > 0) {
    return `delete node_modules and install again here: it was installed on another platform (it holds ${others.join(', ')}); or ${build}`
  }
  return `run: npm install ${own}; it is an optional dependency, and was left out (by --omit=optional, --no-optional, or a lockfile that was written on another platform); or ${build}`
}

const BUNDLED =
  'keep @rope/native out of the bundle that this code is part of (esbuild: --external:@rope/native; ' +
  'webpack, rollup: externals; Vite: ssr.external), or set ROPE_NATIVE_BINARY to the place of a rope.node'

/**
 * Which files make up the addon. In the workspace the kernels stand beside this package; in a
 * published package they are a copy inside it (see pack-kernels.js).
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this package, absolute. */
export const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url))

const ADDON = join(PACKAGE_ROOT, 'addon')

/** Where the workspace keeps the kernels. */
export const WORKSPACE_KERNELS = join(PACKAGE_ROOT, '..', 'kernels')

/** Where a published package keeps its copy. */
export const PACKED_KERNELS = join(ADDON, 'kernels')

/** The parts of the kernels that the addon is made of. */
export const KERNEL_FOLDERS = ['include', 'src']

/**
 * The C and C++ files to compile and the folder that `#include "rope/..."` is relative to.
 * @returns {{ readonly files: readonly string[], readonly include: string }}
 */
export function addonSources() {
  const kernels = existsSync(join(WORKSPACE_KERNELS, 'src')) ? WORKSPACE_KERNELS : PACKED_KERNELS
  return {
    files: [...filesOf(ADDON), ...filesOf(join(kernels, 'src'))],
    include: join(kernels, 'include'),
  }
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesOf(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.c') || name.endsWith('.cc'))
    .sort()
    .map((name) => join(folder, name))
}

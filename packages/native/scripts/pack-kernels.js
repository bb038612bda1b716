/**
 * Before packing: copies the kernels into this package, so that its users can build from source.
 * With --remove, afterwards: takes them out again.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KERNEL_FOLDERS, PACKED_KERNELS, WORKSPACE_KERNELS } from './sources.js'

rmSync(PACKED_KERNELS, { recursive: true, force: true })
if (!process.argv.includes('--remove')) {
  for (const folder of KERNEL_FOLDERS) {
    cpSync(join(WORKSPACE_KERNELS, folder), join(PACKED_KERNELS, folder), { recursive: true })
  }
}

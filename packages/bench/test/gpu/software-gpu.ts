/**
 * A GPU in software for tests in Node: the npm package `webgpu` on the driver that comes with
 * Chromium. Where something is missing the reason says what.
 */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { probeWebGpu } from '@rope/webgpu'

const DRIVERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser'].map(
  (folder) => `${folder}/vk_swiftshader_icd.json`,
)

/** Why there is no GPU; null when there is one. Chooses the driver, so call it first. */
export async function whyNoGpu(): Promise<string | null> {
  process.env.XDG_RUNTIME_DIR ??= tmpdir()
  const driver = DRIVERS.find((path) => existsSync(path))
  if (process.env.VK_ICD_FILENAMES === undefined && driver !== undefined) {
    process.env.VK_ICD_FILENAMES = driver
  }
  const { available, reason } = await probeWebGpu()
  return available ? null : (reason ?? 'no reason given')
}

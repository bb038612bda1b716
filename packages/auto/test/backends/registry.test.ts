/**
 * The real packages behind the registry, and empty ones in their place.
 */
import { describe, expect, test, vi } from 'vitest'
import { BACKENDS } from '../../src/backends/registry.js'
import { detect } from '../../src/members/admit.js'
import { Member } from '../../src/members/member.js'

vi.mock('@rope/native', () => ({ createNativeBackend: undefined, probeNative: undefined }))
vi.mock('@rope/wasm', () => ({ createWasmBackend: undefined, probeWasm: undefined }))
vi.mock('@rope/webgpu', () => ({ createWebGpuBackend: undefined, probeWebGpu: undefined }))

test('names are unique, JavaScript comes after what is faster, and GPUs come last', () => {
  expect(BACKENDS.map(({ name }) => name)).toEqual(['native', 'wasm', 'js', 'webgpu'])
  expect(BACKENDS.map(({ device }) => device)).toEqual(['cpu', 'cpu', 'cpu', 'gpu'])
  expect(BACKENDS.every(({ validatesFirst }) => validatesFirst === true)).toBe(true)
})

describe('where a bundler put an empty module in the place of a package', () => {
  const EMPTIED = BACKENDS.filter(({ name }) => name !== 'js')

  test.each(EMPTIED)('$name is not installed', async (entry) => {
    const { name, packageName, device } = entry
    const epoch = { value: 0 }
    const member = new Member({ name, packageName, device, validatesFirst: true, epoch })
    await detect(member, entry, { limit: 1000, allowSoftwareGpu: false })
    expect(member.state).toEqual({
      kind: 'unavailable',
      reason: `${packageName} is not installed, or a bundler left it out; to fix it, run: npm install ${packageName}`,
    })
  })
})

test('where there is no Node, native says that it needs one, and is not even loaded', async () => {
  const native = BACKENDS.find(({ name }) => name === 'native')
  vi.stubGlobal('process', { env: {}, versions: {} })
  try {
    await expect(native?.load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/needs Node .* a browser cannot load it/),
    })
  } finally {
    vi.unstubAllGlobals()
  }
})

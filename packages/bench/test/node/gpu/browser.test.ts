/**
 * The browser and the page: found, served, and run for real where the packages are built and a
 * Chromium is there.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RopeError } from '@rope/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { PageMessage } from '../../../src/gpu/page.js'
import { benchGpu } from '../../../src/node/gpu/bench-gpu.js'
import { findBrowser } from '../../../src/node/gpu/find-browser.js'
import { servePage } from '../../../src/node/gpu/page-server.js'
import { browserFlags, FLAGS_VARIABLE, openInBrowser } from '../../../src/node/gpu/run-browser.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

const BUILT = fileURLToPath(new URL('../../../dist/gpu.js', import.meta.url))

function refusal(attempt: () => unknown): RopeError {
  try {
    attempt()
  } catch (error) {
    if (RopeError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('finding a browser', () => {
  test('one that is named must be there', () => {
    expect(findBrowser({ ROPE_CHROMIUM: process.execPath })).toBe(process.execPath)
    const { code, message } = refusal(() => findBrowser({ ROPE_CHROMIUM: '/no/such/browser' }))
    expect(code).toBe('UNAVAILABLE')
    expect(message).toContain('/no/such/browser')
    expect(message).toContain('ROPE_CHROMIUM')
  })

  test('a platform that nobody knows', () => {
    expect(refusal(() => findBrowser({}, 'aix')).message).toContain('any place known on aix')
  })

  test('flags: timestamps as they are, Vulkan on Linux, and those of the user', () => {
    const flags = browserFlags({ ROPE_CHROMIUM_FLAGS: ' --a  --b=c ' }, 'linux')
    expect(flags).toContain('--disable-dawn-features=timestamp_quantization')
    expect(flags).toContain('--enable-features=Vulkan')
    expect(flags.slice(-2)).toEqual(['--a', '--b=c'])
    expect(browserFlags({}, 'darwin')).not.toContain('--enable-features=Vulkan')
  })

  test('a browser that does not start says why', async () => {
    const browser = openInBrowser('/no/such/browser', 'about:blank')
    expect(await browser.ended).toContain('ENOENT')
    await browser.close()
  })
})

describe('the page', () => {
  test('has an import map of the packages, and nothing else is served', async () => {
    const messages: PageMessage[] = []
    const page = await servePage({
      options: { size: 'quick', filter: '</script>' },
      peer: { folder: null, reason: 'no peer' },
      onMessage: (message) => messages.push(message),
    })
    try {
      const text = await (await fetch(page.url)).text()
      const [, json = '{}'] = /<script type="importmap">(.*)<\/script>/.exec(text) ?? []
      const { imports } = JSON.parse(json) as { imports: Record<string, string> }
      expect(Object.keys(imports)).toEqual(
        expect.arrayContaining([
          '@rope/bench/gpu',
          '@rope/core',
          '@rope/core/reference',
          '@rope/webgpu',
        ]),
      )
      expect(text).toContain('\\u003c/script>')
      expect(text).toContain('no peer')
      const manifest = await fetch(new URL('/packages/1/package.json', page.url))
      expect(((await manifest.json()) as { name: string }).name).toBe('@rope/core')
      for (const path of [
        '/packages/1/%2e%2e%2f%2e%2e%2fpackage.json',
        '/etc/passwd',
        '/peer/x',
        '/nothing',
      ]) {
        expect((await fetch(new URL(path, page.url))).status).toBe(404)
      }
      const body = JSON.stringify({ kind: 'progress', data: 1 })
      expect((await fetch(new URL('/report', page.url), { method: 'POST', body })).status).toBe(204)
      expect(messages).toEqual([{ kind: 'progress', data: 1 }])
    } finally {
      await page.close()
    }
  })

  /** A machine's own GPU is used when it is asked for; the one in software always has to be. */
  const SOFTWARE = '--use-webgpu-adapter=swiftshader --enable-unsafe-swiftshader'

  function whyNot(): string | undefined {
    if (!existsSync(BUILT)) return 'the packages are not built; run: npm run build'
    try {
      findBrowser()
    } catch (error) {
      return String(error)
    }
    return undefined
  }

  test('runs in a browser', { timeout: 240_000 }, async (context) => {
    const reason = whyNot()
    if (reason !== undefined) context.skip(reason)
    if (process.env.ROPE_GPU !== 'hardware') vi.stubEnv(FLAGS_VARIABLE, SOFTWARE)
    const titles: string[] = []
    const { groups, backends, machine } = await benchGpu({
      where: 'browser',
      size: 'full',
      filter: '/1/bfloat16',
      onProgress: ({ title }) => titles.push(title),
    })
    expect(titles).toHaveLength(groups.length)
    expect(groups[0]?.entries[0]).toMatchObject({ name: 'webgpu', status: 'ok' })
    expect(groups[0]?.comparisons[0]?.ratio).toBeGreaterThan(0)
    expect(backends[0]?.facts.timestampQuery).toBe(true)
    expect(machine.engine).toContain('Chrom')
  })

  test('without an adapter it says so, and how to get one', {
    timeout: 240_000,
  }, async (context) => {
    const reason = whyNot()
    if (reason !== undefined) context.skip(reason)
    vi.stubEnv(FLAGS_VARIABLE, '--disable-gpu')
    const attempt = benchGpu({ where: 'browser', size: 'quick' })
    await expect(attempt).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/no adapter; .*hardware acceleration/),
    })
  })
})

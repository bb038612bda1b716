/**
 * Without a bundler: a page with a module script and an import map, a worker, and pages whose
 * content-security policy refuses WebAssembly.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BITS,
  NO_BROWSER,
  NOT_BUILT,
  openBrowser,
  ROOT,
  readStory,
  type Site,
  serve,
} from './fixtures.js'

const WHY_NOT = NOT_BUILT ?? NO_BROWSER
const PAGE = 'packages/auto/test/fixtures/page/index.html'
const ONLY_JS = 'packages/auto/test/fixtures/page/only-js.html'

let browser: Browser
const sites: Site[] = []

beforeAll(async () => {
  if (WHY_NOT === null) browser = await openBrowser()
})
afterAll(async () => {
  for (const site of sites) site.close()
  await browser?.close()
})

async function open(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const site = await serve(ROOT, headers)
  sites.push(site)
  return site.address
}

describe('a bare page', () => {
  test('with a module script and an import map', async (context) => {
    if (WHY_NOT !== null) return context.skip(WHY_NOT)
    const story = await readStory(browser, (await open()) + PAGE)
    expect(story.bits).toEqual(BITS)
    const found = Object.fromEntries(story.backends.map(({ name, ...rest }) => [name, rest]))
    expect(found.js).toMatchObject({ available: true, selfTest: 'passed' })
    expect(found.wasm).toMatchObject({ available: true, selfTest: 'passed' })
    expect(found.native?.why).toMatch(/^@rope\/native is machine code, which needs Node/)
    expect(found.webgpu).toMatchObject({ available: null })
  })

  test('whose import map has the JavaScript backend alone', async (context) => {
    if (WHY_NOT !== null) return context.skip(WHY_NOT)
    const story = await readStory(browser, (await open()) + ONLY_JS)
    expect([story.chosen, story.bits]).toEqual(['js', BITS])
    expect(story.backends.find(({ name }) => name === 'wasm')?.why).toBe(
      '@rope/wasm is not installed, or a bundler left it out; to fix it, run: npm install @rope/wasm',
    )
  })

  test('whose policy refuses WebAssembly runs without it, and says why', async (context) => {
    if (WHY_NOT !== null) return context.skip(WHY_NOT)
    const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"
    const address = await open({ 'content-security-policy': policy })
    const story = await readStory(browser, address + PAGE)
    expect(story.bits).toEqual(BITS)
    expect(story.chosen).toBe('js')
    const wasm = story.backends.find(({ name }) => name === 'wasm')
    expect(wasm).toMatchObject({ available: false, selfTest: 'not run' })
    expect(wasm?.why).toMatch(/content-security policy|wasm-unsafe-eval/i)
  })
})

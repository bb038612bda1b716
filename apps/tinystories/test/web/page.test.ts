/** The page as a person meets it: built, served, and opened in a real Chromium. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_CHROMIUM, openBrowser, openSite, type Site } from '../../../../tooling/vitest/site.js'
import { readExpectedTexts } from '../../src/model-files.js'
import { CHOICES } from '../../src/web/choices.js'
import { readBundled } from '../world.js'

const texts = await readExpectedTexts(readBundled)
const APP = fileURLToPath(new URL('../../', import.meta.url))
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

let site: Site
let browser: Browser

/** Longer than a story takes on a software GPU of a busy machine. */
const PATIENCE = 120_000

/** An open page, ready for its first story; closed by the browser's end. */
async function openPage(address: string, opener: Browser = browser): Promise<Page> {
  const page = await opener.newPage({ viewport: { width: 1200, height: 900 } })
  page.setDefaultTimeout(PATIENCE)
  await page.goto(address)
  await page.locator('#choices input').first().waitFor({ state: 'attached' })
  await page.locator('#choices', { hasNotText: 'checking' }).waitFor()
  await page.locator('#start[aria-disabled=false]').waitFor()
  return page
}

function choice(page: Page, name: string): Locator {
  return page.locator(`#choices input[value="${name}"]`)
}

/** Asks for a story and waits until it is over. */
async function tell(page: Page, backend: string, prompt: string, tokens = 256): Promise<void> {
  await choice(page, backend).check({ force: true })
  await page.locator('#prompt').fill(prompt)
  await page.locator('#tokens').fill(String(tokens))
  await page.locator('#start').click()
  await page.locator('#story[aria-busy=false]').waitFor()
}

/** Begins a story and stops it at the first sight of it, faster than a message from outside could. */
const STOP_IN_MID_STORY = `new Promise((resolve) => {
  const [story, start, stop] = ['story', 'start', 'stop'].map((id) => document.getElementById(id))
  const watch = new MutationObserver(() => {
    if (!story.textContent.startsWith('Once upon a time, there was')) return
    watch.disconnect()
    stop.click()
    resolve()
  })
  watch.observe(story, { childList: true, subtree: true })
  start.click()
})`

/** Answers the next request for the worker's script with another script. */
async function openWithWorker(script: string): Promise<Page> {
  const page = await browser.newPage()
  await page.route(
    '**/worker-*.js',
    (route) => route.fulfill({ contentType: 'text/javascript', body: script }),
    { times: 1 },
  )
  // An isolated page takes no worker from a server that does not send its headers.
  await page.goto(site.notIsolated)
  return page
}

/** A worker that begins a story and then hears nothing. */
const DEAF_WORKER = `
  const probe = { available: true, facts: {} }
  postMessage({ type: 'choices', choices: [{ name: 'js', description: 'deaf' }] })
  postMessage({ type: 'backend', name: 'js', probe })
  postMessage({ type: 'model', model: { parameters: 1, contextLength: 512 }, expected: [] })
  onmessage = () => {
    const rotation = { backend: 'js', explanation: { summary: '', columns: [], rows: [] } }
    postMessage({ type: 'started', rotation })
    postMessage({ type: 'text', text: 'Once', time: { tokens: 1, milliseconds: 1, ropeMilliseconds: 0 } })
  }`

const name = NO_CHROMIUM === null ? 'the page in Chromium' : `the page in Chromium: ${NO_CHROMIUM}`
describe.skipIf(NO_CHROMIUM !== null)(name, () => {
  const pages: { isolated?: Page; notIsolated?: Page } = {}

  beforeAll(async () => {
    ;[site, browser] = await Promise.all([openSite(APP), openBrowser({ webgpu: true })])
    pages.isolated = await openPage(site.isolated)
    pages.notIsolated = await openPage(site.notIsolated)
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  function pageOf(headers: keyof typeof pages): Page {
    const page = pages[headers]
    if (page === undefined) throw new Error('the page has not been opened')
    return page
  }

  describe.each(['isolated', 'notIsolated'] as const)('%s', (headers) => {
    test('is isolated as its headers say', async () => {
      const words = await pageOf(headers).locator('#clock').textContent()
      expect(words?.startsWith('This page is cross-origin isolated')).toBe(headers === 'isolated')
    })

    test('has every backend', async () => {
      const page = pageOf(headers)
      const names = await page.locator('#choices .choice > span').allTextContents()
      expect(names).toEqual(CHOICES.map((one) => one.name))
      expect(await page.locator('#reasons').textContent()).toBe('')
      expect(await page.locator('#choices input:enabled').count()).toBe(CHOICES.length)
    })

    test.each(CHOICES.map((one) => one.name))(
      'tells the expected stories with %s',
      { timeout: PATIENCE },
      async (backend) => {
        const page = pageOf(headers)
        // A software GPU is slow, so each text is told once per backend, and not once per header.
        const expected = texts.filter((_, index) => index % 2 === (headers === 'isolated' ? 0 : 1))
        expect(expected.length).toBeGreaterThan(0)
        for (const { prompt, text } of expected) {
          await tell(page, backend, prompt)
          expect(await page.locator('#story').textContent()).toBe(text)
        }
        expect(await page.locator('#status').textContent()).toMatch(/^Done: 256 tokens in \d/)
        expect(await page.locator('#rate').textContent()).toMatch(/^[\d,.]+$/)
        expect(await page.locator('#share').textContent()).toMatch(/^\d+\.\d\s%$/)
        expect(await page.locator('#count').textContent()).toBe('256')
        const row = await page.locator('#runs tbody tr').first().textContent()
        expect(row).toContain('same as the reference')
        expect(row?.startsWith(backend)).toBe(true)
        const [rotator, reasons] = [page.locator('#rotator'), page.locator('#explanation')]
        if (backend === 'auto') expect(await rotator.textContent()).toMatch(/^(js|wasm)$/)
        else expect(await rotator.textContent()).toBe(backend)
        const words = backend === 'auto' ? `${await rotator.textContent()}, chosen` : 'fact'
        expect(await reasons.textContent()).toContain(words)
        expect(await page.locator('#failure').isVisible()).toBe(false)
      },
    )
  })

  test('streams, and stops in mid-story', async () => {
    const page = pageOf('isolated')
    await choice(page, 'js').check({ force: true })
    await page.locator('#prompt').fill('Once upon a time')
    await page.locator('#tokens').fill('512')
    await page.evaluate(STOP_IN_MID_STORY)
    await page.locator('#story[aria-busy=false]').waitFor()
    expect(await page.locator('#status').textContent()).toMatch(/^Stopped after \d+ tokens\.$/)
    const text = (await page.locator('#story').textContent()) ?? ''
    expect(text.startsWith('Once upon a time, there was')).toBe(true)
    const row = await page.locator('#runs tbody tr').first().textContent()
    expect(row).toContain('same as the reference')
    expect(row).toContain('stopped')
  })

  test('refuses a wrong input where it stands, and goes on', async () => {
    const page = pageOf('isolated')
    for (const [tokens, words] of [
      ['513', '513 tokens are asked for; accepted: 1 to 512'],
      ['0', '0 tokens are asked for'],
      ['', 'NaN tokens are asked for'],
    ] as const) {
      await page.locator('#tokens').fill(tokens)
      await page.locator('#start').click()
      await page.locator('#tokens-problem', { hasText: words }).waitFor()
      expect(await page.locator('#tokens').getAttribute('aria-invalid')).toBe('true')
    }
    await page.locator('#tokens').fill('4')
    await page.locator('#start').click()
    await page.locator('#prompt-problem', { hasText: 'leaves none for a story' }).waitFor()
    expect(await page.locator('#tokens-problem').isVisible()).toBe(false)
    await tell(page, 'js', 'Once upon a time', 12)
    expect(await page.locator('#prompt-problem').isVisible()).toBe(false)
    expect(await page.locator('#story').textContent()).toMatch(/^Once upon a time, there was/)
  })

  test('can be used with the keyboard alone', async () => {
    const page = pageOf('isolated')
    await page.locator('#tokens').fill('8')
    await page.keyboard.press('Enter')
    await page.locator('#status', { hasText: 'Done: 8 tokens' }).waitFor()
    await page.keyboard.press('Tab')
    const selected = await page.locator('#choices input:checked').getAttribute('value')
    expect(await page.locator(':focus').getAttribute('value')).toBe(selected)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').getAttribute('id')).toBe('start')
  })

  test('fits into 360 pixels and more, and axe has no complaint, in light and dark', async () => {
    const page = pageOf('isolated')
    await tell(page, 'auto', 'Once upon a time', 16)
    await page.addScriptTag({ path: AXE })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const width of [360, 1200]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults
        const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])
        expect({ colorScheme, width, found }).toEqual({ colorScheme, width, found: [] })
        expect(passes.length).toBeGreaterThan(10)
      }
    }
  })

  test('says what is missing when the server has no model', async () => {
    const page = await browser.newPage()
    await page.route('**/*.safetensors', (route) => route.fulfill({ status: 404 }))
    await page.goto(site.isolated)
    await page.locator('#failure', { hasText: /model\.safetensors .*HTTP 404/ }).waitFor()
    expect(await page.locator('#start').getAttribute('aria-disabled')).toBe('true')
  })

  test('goes without WebGPU where there is none, and says so', async () => {
    const without = await openBrowser({ webgpu: false })
    try {
      const page = await openPage(site.isolated, without)
      expect(await choice(page, 'webgpu').isEnabled()).toBe(false)
      const [reason, ...others] = await page.locator('#reasons li').allTextContents()
      expect(reason).toMatch(/^webgpu is not available: \S.{20,}/)
      expect(others).toEqual([])
      expect(await choice(page, 'auto').isChecked()).toBe(true)
      await tell(page, 'auto', texts[0]?.prompt ?? '')
      expect(await page.locator('#story').textContent()).toBe(texts[0]?.text)
    } finally {
      await without.close()
    }
  })

  test('says so when its worker fails', async () => {
    const page = await openWithWorker('throw new Error("it is broken")')
    await page.locator('#failure', { hasText: 'the worker failed: ' }).waitFor()
    expect(await page.locator('#failure').textContent()).toContain('it is broken')
    expect(await page.locator('#start').getAttribute('aria-disabled')).toBe('true')
  })

  test('replaces a worker that does not stop', async () => {
    const page = await openWithWorker(DEAF_WORKER)
    await page.locator('#start[aria-disabled=false]').click()
    await page.locator('#story', { hasText: 'Once' }).waitFor()
    await page.locator('#stop').click()
    await page.locator('#failure', { hasText: 'the backend did not stop' }).waitFor()
    await page.locator('#start[aria-disabled=false]').waitFor()
    await tell(page, 'js', 'Once upon a time', 12)
    expect(await page.locator('#story').textContent()).toMatch(/^Once upon a time, there was/)
    expect(await page.locator('#failure').isVisible()).toBe(false)
  })
})

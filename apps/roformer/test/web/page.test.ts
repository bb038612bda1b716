/** The page as a person meets it: built, served, and opened in a real Chromium. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_CHROMIUM, openBrowser, openSite, type Site } from '../../../../tooling/vitest/site.js'
import { readRecords } from '../../src/commands/record.js'
import type { PositionName } from '../../src/model/options.js'
import { RECIPES } from '../../src/runs/recipe.js'
import { RECORDED_STEPS, trainVariant } from '../../src/runs/train-variant.js'
import { makeCorpus, readVocabularyFile } from '../../src/text/corpus.js'
import { recordedCurves } from '../../src/web/loss/recorded.js'
import { GAPS } from '../../src/web/training/reading.js'
import { APP, expectGoodLooks, type OpenPage, openPage, PATIENCE, waitForSteps } from './open.js'

const recipe = RECIPES.mlm
const { mlm } = readRecords(APP)

let site: Site
let browser: Browser
let open: OpenPage

/** Without these an isolated page takes no worker. */
const ISOLATED = { 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** The losses of the first steps: as recorded, or, where another recipe was, as Node makes them. */
async function firstLosses(positions: PositionName): Promise<readonly number[]> {
  const isRecorded = mlm !== undefined && recordedCurves(mlm, recipe, positions).length > 0
  const found = isRecorded && mlm.outcomes.find((outcome) => outcome.positions === positions)
  if (found) return found.firstLosses
  const corpus = makeCorpus(recipe.alphabet, readVocabularyFile(`${APP}data/`))
  const job = { recipe: { ...recipe, heldOutBatches: 1 }, positions, seed: 1 }
  return (await trainVariant({ ...job, lastStep: RECORDED_STEPS }, corpus)).result.firstLosses
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** How many cells of a map are painted. */
const PAINTED = `[...document.querySelectorAll('canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, i) => i % 4 === 3 && value > 0).length
})`

const name = NO_CHROMIUM === null ? 'the page in Chromium' : `the page in Chromium: ${NO_CHROMIUM}`
describe.skipIf(NO_CHROMIUM !== null)(name, () => {
  beforeAll(async () => {
    ;[site, browser] = await Promise.all([openSite(APP), openBrowser({ webgpu: true })])
    open = await openPage(browser, site.isolated)
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  test('shows what was recorded, and what can be chosen', async () => {
    const { page } = open
    const curves = (['sinusoidal', 'rope'] as const).flatMap((positions) =>
      mlm === undefined ? [] : recordedCurves(mlm, recipe, positions),
    )
    const faint = page.locator('#loss .plot svg [stroke-opacity="0.3"] path')
    expect(await faint.count()).toBe(curves.length)
    const rivals = await page
      .locator('input[name=rival]')
      .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('value')))
    expect([...rivals, 'rope'].sort()).toEqual([...recipe.variants].sort())
    await page.locator('.choice', { hasText: 'played by software here' }).waitFor()
    expect(await page.locator('input[name=device][value=wasm]').isChecked()).toBe(true)
  })

  test('makes the steps that were recorded', { timeout: PATIENCE }, async () => {
    const { page } = open
    await press(page, 'Start')
    const [ofRival = [], ofRope = []] = await waitForSteps(page, RECORDED_STEPS)
    for (const [losses, expected] of [
      [ofRival, await firstLosses('sinusoidal')],
      [ofRope, await firstLosses('rope')],
    ] as const) {
      expect(expected).toHaveLength(RECORDED_STEPS)
      // The same operations in the same order; sines and exponentials may differ in their last bit
      // between engines, and losses are recorded with six digits.
      expected.forEach((loss, i) => expect(losses[i]).toBeCloseTo(loss, 4))
    }
    expect(await page.locator('#status').textContent()).toBe('Training on WebAssembly …')
  })

  test('shows guesses and attention of both models, and nothing moves', async () => {
    const { page } = open
    const cells = await page.locator('#guesses tbody td').allTextContents()
    expect(cells).toHaveLength(2 * GAPS)
    for (const cell of cells) expect(cell).toMatch(/%.*%.*%/s)
    expect(await page.locator('#guesses .sentences').textContent()).toMatch(/gap 4/)
    const labels = page.locator('canvas')
    for (const label of await labels.evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''))) {
      expect(label).toMatch(/^Attention of (RoPE|sinusoidal), layer \d+, head \d+: \d+ % within 3/)
    }
    const painted = (await page.evaluate(PAINTED)) as number[]
    for (const count of painted) expect(count).toBeGreaterThan(recipe.model.tokens)
    const shifts = (await page.evaluate('shifts')) as number[]
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.01)
  })

  test('pauses, for a person and while nobody sees it', { timeout: PATIENCE }, async () => {
    const { page } = open
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
    await page.locator('#status', { hasText: 'Paused while nobody sees this page.' }).waitFor()
    await press(page, 'Pause')
    await page.evaluate(`
      delete document.visibilityState
      document.dispatchEvent(new Event('visibilitychange'))`)
    await page.locator('#status', { hasText: /^Paused\.$/ }).waitFor()
    const count = 'losses.map((own) => own.length).join()'
    // What was under way when the pause came is still told.
    await page.waitForTimeout(1500)
    const before = await page.evaluate(count)
    await page.waitForTimeout(1500)
    expect(await page.evaluate(count)).toBe(before)
  })

  test('shows another sentence and another head, by the keyboard, while it is paused', async () => {
    const { page } = open
    const shown = page.locator('#guesses .sentences p[aria-hidden=false]')
    const first = await shown.textContent()
    await page.locator('#sentence').focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => shown.textContent()).not.toBe(first)
    await page.locator('#head').focus()
    await page.keyboard.press('End')
    const { layers, heads } = recipe.model
    const last = page.locator('.below', { hasText: `layer ${layers}, head ${heads}: ` })
    await expect.poll(() => last.count()).toBe(2)
    await page.locator('#heads summary').focus()
    await page.keyboard.press('Enter')
    await page.locator('#heads tbody', { hasText: 'the one before' }).waitFor()
  })

  test('fits into 360 pixels and more, and axe has no complaint, in light and dark', async () => {
    await expectGoodLooks(open.page)
    await open.page.setViewportSize({ width: 1200, height: 900 })
  })

  test('goes on, and forgets everything at a reset', { timeout: PATIENCE }, async () => {
    const { page, problems } = open
    const [own = []] = (await page.evaluate('losses')) as number[][]
    await press(page, 'Resume')
    await waitForSteps(page, own.length + 1, 'some')
    await press(page, 'Reset')
    await page.locator('#status', { hasText: 'Nothing trains yet.' }).waitFor()
    expect(await page.locator('#loss tbody').first().textContent()).toMatch(/^sinusoidal0–.*RoPE0–/)
    expect(problems).toEqual([])
  })

  test('one crash stops nothing else; on WebGPU', { timeout: PATIENCE }, async () => {
    const { page } = await openPage(browser, site.isolated)
    const crash = {
      contentType: 'text/javascript',
      headers: ISOLATED,
      body: 'throw new Error("out of memory")',
    }
    await page.route('**/worker-*.js', (route) => route.fulfill(crash), { times: 1 })
    await page.locator('input[name=device][value=webgpu]:enabled').check({ force: true })
    await press(page, 'Start')
    await page.locator('.failure', { hasText: /its worker failed: .*out of memory/ }).waitFor()
    const losses = await waitForSteps(page, 1, 'some')
    const [survivor = 0] = losses.flatMap((own, i) => (own.length > 0 ? [i] : []))
    const positions = survivor === 0 ? 'sinusoidal' : 'rope'
    // A GPU rounds its exponentials and sums in its own way.
    expect(losses[survivor]?.[0]).toBeCloseTo((await firstLosses(positions))[0] ?? 0, 3)
    const words = 'Training on WebGPU, one model alone …'
    expect(await page.locator('#status').textContent()).toBe(words)
    expect(await page.locator('.failure').count()).toBe(1)
    await page.close()
  })

  test('says what is missing when the server has no text', { timeout: PATIENCE }, async () => {
    const { page } = await openPage(browser, site.notIsolated)
    await page.route('**/addresses.deflate', (route) => route.fulfill({ status: 404 }))
    await press(page, 'Start')
    await page.locator('.failure', { hasText: /addresses\.deflate .*HTTP 404/ }).waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    await page.close()
  })

  test('remembers the theme, and sets it before anything is painted', async () => {
    const { page } = await openPage(browser, site.isolated)
    await press(page, 'Theme: system')
    await press(page, 'Theme: light')
    // Without the page's own script there is the theme already.
    await page.route('**/index-*.js', (route) => route.abort())
    await page.reload()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await page.close()
  })
})

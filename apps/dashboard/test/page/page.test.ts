/** The dashboard as a person meets it: built, served, and opened in a real Chromium. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SUITE_VERSION } from '@rope/core/conformance'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_CHROMIUM, openBrowser, openSite, type Site } from '../../../../tooling/vitest/site.js'
import { ROUTES } from '../../src/app/routes.js'
import {
  APP,
  expectGoodLooks,
  expectWideLooks,
  goTo,
  type OpenPage,
  openPage,
  PATIENCE,
  SETTLED,
  WATCH_SHIFTS,
} from './open.js'

let site: Site
let browser: Browser
let open: OpenPage

/** What a first visit may weigh, gzipped. */
const FIRST_LOAD = 250_000

/** Chooses exactly these backends. */
async function choose(page: Page, ...names: readonly string[]): Promise<void> {
  for (const box of await page.locator('input[name=backend]:enabled').all()) {
    await box.setChecked(names.includes((await box.getAttribute('value')) ?? ''), { force: true })
  }
}

/** Answers a question of the form with exactly these values. */
async function answer(page: Page, question: string, ...values: readonly string[]): Promise<void> {
  for (const box of await page.locator(`input[name=${question}]`).all()) {
    await box.setChecked(values.includes((await box.getAttribute('value')) ?? ''), { force: true })
  }
}

/** A result of the command, from another machine. */
const CLI_RESULT = new URL('../../../../packages/bench/results/full.json', import.meta.url)

/** A result of the front door's benchmark, from another machine. */
const AUTO_RESULT = new URL('../../../../packages/bench/results/auto.json', import.meta.url)

/** Drops a file on the page. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    `((name, content) => {
      const data = new DataTransfer()
      data.items.add(new File([content], name, { type: 'application/json' }))
      return data
    })(${JSON.stringify(name)}, ${JSON.stringify(content)})`,
  )
  await page.locator('main .stack').dispatchEvent('drop', { dataTransfer: data })
}

/** Without these an isolated page takes no worker. */
const ISOLATED = { 'Cross-Origin-Embedder-Policy': 'require-corp' }

const MISSING_PEER = {
  ...{ name: 'somebody', version: null, available: false, method: null },
  reason: 'it is not installed',
}

const DONE = { type: 'done' }

const DIED = { type: 'failed', message: 'the process ended by the signal SIGKILL' }

const CRASH = 'throw new Error("out of memory")'

async function choosePart(page: Page, part: string): Promise<void> {
  await page.locator(`input[name=part][value=${part}]`).check({ force: true })
}

const name = NO_CHROMIUM === null ? 'the dashboard in Chromium' : `no page: ${NO_CHROMIUM}`
describe.skipIf(NO_CHROMIUM !== null)(name, () => {
  beforeAll(async () => {
    ;[site, browser] = await Promise.all([openSite(APP), openBrowser({ webgpu: true })])
    open = await openPage(browser, site.isolated)
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  test('a first visit weighs little: the suite, the backends and the charts come later', () => {
    const html = readFileSync(join(site.folder, 'index.html'), 'utf8')
    const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = '']) => file)
    expect(named.some((file) => file.endsWith('.js'))).toBe(true)
    const loaded = new Set(named)
    // What the scripts of the page import at once; what they import lazily is not loaded yet.
    for (const file of loaded) {
      if (!file.endsWith('.js')) continue
      const text = readFileSync(join(site.folder, file), 'utf8')
      for (const [, next = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
        loaded.add(`assets/${next}`)
      }
    }
    const bytes = ['index.html', ...loaded].map(
      (file) => gzipSync(readFileSync(join(site.folder, file))).length,
    )
    const sum = bytes.reduce((total, one) => total + one, 0)
    expect(sum).toBeLessThanOrEqual(FIRST_LOAD)
    expect(readdirSync(join(site.folder, 'assets')).length).toBeGreaterThan(loaded.size)
  })

  test('says what this device is', async () => {
    const { page } = open
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toMatch(/BrowserChromium \d+/)
    expect(text).toMatch(/Cross-origin isolated✓ yes/)
    expect(text).toMatch(/Its vectors \(SIMD\)yes/)
    expect(text).toMatch(/Software plays the GPU here \(.*swiftshader.*\)/i)
    const names = await page.locator('.backends li strong').allTextContents()
    expect(names).toEqual(['wasm', 'js', 'webgpu'])
    expect(await page.locator('.backends .badge.good').count()).toBe(3)
  })

  test('runs the suite on every backend, with progress', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/correct')
    await choosePart(page, 'properties')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    for (const backend of ['wasm', 'js', 'webgpu']) {
      const finding = page.locator(`#finding-${backend}`)
      await finding.locator('.badge.good', { hasText: 'passed' }).waitFor()
      const [, done, total, passed] =
        /(\d+) of (\d+) cases: (\d+) passed, 0 failed/.exec((await finding.textContent()) ?? '') ??
        []
      expect(Number(done)).toBe(Number(total))
      expect(Number(passed)).toBeGreaterThan(20)
    }
  })

  test('ends a run at once when it is cancelled', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/correct')
    await choosePart(page, 'all')
    await choose(page, 'wasm', 'js')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    await page.locator('#finding-wasm .counts', { hasText: /^[1-9]/ }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('#finding-wasm .badge', { hasText: 'cancelled' }).waitFor()
    await page.locator('#finding-js .badge', { hasText: 'cancelled' }).waitFor()
    expect(await page.locator('button[type=submit]').getAttribute('aria-disabled')).toBe('false')
  })

  test('measures, and each result comes with its verdict', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/fast')
    // This page was built without the libraries of others, and says where they are.
    expect(await page.locator('#extent').textContent()).toContain('rope dashboard measures next to')
    expect(await page.locator('input[name=peer]').count()).toBe(0)
    await answer(page, 'phase', '1')
    await page.getByRole('button', { name: 'Measure' }).click()
    await page.locator('[data-state=done]').waitFor()
    const [cpu, gpu] = await page.locator('main table').all()
    const rows = (await cpu?.locator('tbody tr').allTextContents()) ?? []
    expect(rows.find((row) => row.startsWith('wasm, resident'))).toMatch(/us.*GB\/s/)
    expect(rows.find((row) => row.startsWith('js'))).toMatch(/faster|slower|no difference detected/)
    expect(rows.some((row) => row.startsWith('plain loop'))).toBe(true)
    expect(await gpu?.locator('tbody').textContent()).toMatch(
      /^webgpu-.*(an adapter in software: only the ratio is reported|not measured: enough samples)/,
    )
    expect(await page.locator('#progress').textContent()).toMatch(
      /1 of 1 cases.*\d+ of \d+ times have an interval wider than/,
    )
  })

  test('one crash does not stop the queue', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/fast')
    await answer(page, 'phase', '1', '512')
    await choose(page, 'js')
    const crash = { contentType: 'text/javascript', headers: ISOLATED, body: CRASH }
    await page.route('**/worker-*.js', (route) => route.fulfill(crash), { times: 1 })
    await page.getByRole('button', { name: 'Measure' }).click()
    await page.locator('[data-state=crashed]', { hasText: 'out of memory' }).waitFor()
    await page.locator('[data-state=done]').waitFor()
    expect(await page.locator('#progress').textContent()).toContain('2 of 2 cases, 1 crashed')
    // What was chosen stays while another view is looked at.
    await goTo(page, '/device')
    await goTo(page, '/fast')
    const phases = page.locator('input[name=phase]:checked')
    expect(
      await phases.evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value'))),
    ).toEqual(['1', '512'])
  })

  test('measures in Node where the local server is', { timeout: PATIENCE }, async () => {
    const page = await browser.newPage()
    page.setDefaultTimeout(90_000)
    const json = { contentType: 'application/json', headers: ISOLATED }
    await page.route('**/api/node', (route) =>
      route.fulfill({ ...json, body: '{"node":"20.0.0"}' }),
    )
    const asked: unknown[] = []
    await page.route('**/api/runs', (route) => {
      asked.push(route.request().postDataJSON())
      const measured = JSON.parse(readFileSync(CLI_RESULT, 'utf8'))
      const result = { ...measured, peers: [...measured.peers, MISSING_PEER] }
      const lines =
        asked.length === 1 ? [{ type: 'progress' }, { type: 'result', result }, DONE] : [DIED]
      const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      return route.fulfill({ ...json, contentType: 'application/x-ndjson', body })
    })
    await page.goto(`${site.isolated}#/fast`)
    await page.locator('input[name=where][value=node-peers]').check({ force: true })
    await answer(page, 'phase', '1', '512')
    await page.getByRole('button', { name: 'Measure' }).click()
    await page.locator('[data-state=done] table').first().waitFor()
    await page.locator('[data-state=crashed]', { hasText: 'by the signal SIGKILL' }).waitFor()
    expect(await page.locator('#progress').textContent()).toContain(
      'somebody takes no part: it is not installed',
    )
    expect(asked[0]).toEqual({
      cases: ['llama-3-8b/1/float32/half/bshd/in-place'],
      backends: ['native', 'wasm', 'js'],
      peers: true,
    })
    await page.close()
  })

  test('keeps runs, compares two, exports and imports', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/compare')
    const before = await page.locator('.runs li').count()
    expect(before).toBeGreaterThanOrEqual(2)
    expect(await page.locator('.runs li').last().textContent()).toContain(
      `webgpu passed properties of suite ${SUITE_VERSION}`,
    )
    await drop(page, 'cli.json', readFileSync(CLI_RESULT, 'utf8'))
    await page.locator('.runs li').nth(before).waitFor()
    const row = page.locator('.runs li').first()
    expect(await row.textContent()).toContain('cli.json')
    await page.locator('.runs li').last().getByRole('button', { name: 'Baseline' }).click()
    await page.locator('#diff .failure', { hasText: 'different engine' }).waitFor()
    // Never a win across machines, and never without the reason.
    expect(await page.locator('#diff .badge.good, #diff .badge.bad').count()).toBe(0)
    const flags = await page.locator('#diff .badge.warn').allTextContents()
    expect(flags.length).toBeGreaterThan(0)
    for (const flag of flags) expect(flag).toContain('other machine')
    // A result that was exported comes back as it was.
    const download = page.waitForEvent('download')
    await row.getByRole('button', { name: 'JSON' }).click()
    const exported = readFileSync(await (await download).path(), 'utf8')
    expect(JSON.parse(exported)).toEqual(JSON.parse(readFileSync(CLI_RESULT, 'utf8')))
    await drop(page, 'again.json', exported)
    const saved = page.waitForEvent('download')
    await row.getByRole('button', { name: 'CSV' }).click()
    const csv = readFileSync(await (await saved).path(), 'utf8')
    await drop(page, 'again.csv', csv)
    await page.locator('.runs li', { hasText: 'again.csv' }).waitFor()
    await page.locator('.runs li', { hasText: 'again.json' }).waitFor()
    await page.locator('.runs li', { hasText: 'cli.json' }).getByText('Baseline').click()
    await page.locator('#diff .badge', { hasText: 'no difference detected' }).first().waitFor()
    expect(await page.locator('#diff .badge.good').count()).toBe(0)
    expect(await page.locator('#diff .failure').count()).toBe(0)
  })

  test('a file that was tampered with is refused by name', async () => {
    const { page } = open
    await goTo(page, '/compare')
    const broken = readFileSync(CLI_RESULT, 'utf8').replace('"seconds"', '"sekunden"')
    await drop(page, 'broken.json', broken)
    await page.locator('.failure', { hasText: 'broken.json: it is no result' }).waitFor()
    await drop(page, 'text.json', 'hello')
    await page.locator('.failure', { hasText: 'text.json: it is not JSON' }).waitFor()
    await drop(page, 'columns.csv', 'case,name\r\n')
    await page.locator('.failure', { hasText: 'columns.csv: line 1: column 1 is "case"' }).waitFor()
  })

  test('a link carries a run; a damaged one is refused', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/compare')
    const measured = page.locator('.runs li', { hasText: 'measured here' }).first()
    await measured.getByRole('button', { name: 'Link' }).click()
    const link = await measured.locator('input.link').inputValue()
    expect(link).toMatch(/#\/compare\?run=[\w-]{200,}$/)
    const context = await browser.newContext()
    const other = await context.newPage()
    await other.goto(link)
    await other.locator('.runs li', { hasText: 'a link' }).waitFor()
    expect(await other.evaluate('location.hash')).toBe('#/compare')
    await other.goto(`${link.slice(0, -80)}AAAA`)
    await other.locator('.failure', { hasText: 'the link is damaged' }).waitFor()
    await context.close()
  })

  test('without a database it works, and says that nothing is kept', async () => {
    const page = await browser.newPage()
    await page.addInitScript('Object.defineProperty(globalThis, "indexedDB", { value: undefined })')
    await page.goto(`${site.isolated}#/compare`)
    await page.locator('.remark', { hasText: 'keeps no history here' }).waitFor()
    await drop(page, 'cli.json', readFileSync(CLI_RESULT, 'utf8'))
    await page.locator('.runs li').waitFor()
    await page.close()
  })

  test('draws what a config makes of RoPE, and says what is wrong with one', {
    timeout: PATIENCE,
  }, async () => {
    const { page } = open
    await goTo(page, '/explore')
    await page.locator('#wavelengths-figure svg').waitFor()
    expect(await page.locator('#wavelengths-figure figcaption').textContent()).toBe(
      'llama3 changes 35 of 64 pairs against the plain schedule (dashed). 25 pairs do not turn once within the context (the level line).',
    )
    const download = page.waitForEvent('download')
    await page.locator('#decay-figure').getByRole('button', { name: 'PNG' }).click()
    const png = readFileSync(await (await download).path())
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(png.length).toBeGreaterThan(5000)
    await page.locator('#shift').fill('50000')
    const scores = await page.locator('#relative dd').allTextContents()
    expect(scores[0]?.slice(0, 8)).toBe(scores[1]?.slice(0, 8))
    await page.locator('#config-text').fill('{"model_type": "llama"}')
    await page.locator('#config-problem', { hasText: /head/ }).waitFor()
    await page.locator('#config-text').fill('{')
    await page.locator('#config-problem', { hasText: 'it is not JSON' }).waitFor()
    await page.reload()
    await page.locator('#wavelengths-figure svg').waitFor()
  })

  test('draws the chosen run, each chart with its table', { timeout: PATIENCE }, async () => {
    const { page } = open
    await goTo(page, '/compare')
    await page.locator('.runs li', { hasText: 'cli.json' }).first().getByText('Choose').click()
    await goTo(page, '/understand')
    for (const id of ['rates', 'shares', 'times', 'accuracy']) {
      await page.locator(`#${id}-figure .plot svg`).waitFor()
      expect(await page.locator(`#${id}-figure tbody tr`).count()).toBeGreaterThan(5)
    }
    // The committed result is older than the times of first calls; what was measured here has them.
    expect(await page.locator('#first-figure').count()).toBe(0)
    await goTo(page, '/compare')
    await page.locator('.runs li', { hasText: 'measured here' }).last().getByText('Choose').click()
    await goTo(page, '/understand')
    await page.locator('#first-figure .plot svg').waitFor()
    expect(await page.locator('#first-figure tbody tr').count()).toBeGreaterThan(2)
    const download = page.waitForEvent('download')
    await page.locator('#accuracy-figure').getByRole('button', { name: 'CSV' }).click()
    const csv = readFileSync(await (await download).path(), 'utf8')
    expect(csv.split('\r\n')).toHaveLength(61)
  })

  test('draws what @rope/auto chooses, from a file and from a run here', {
    timeout: PATIENCE,
  }, async () => {
    const { page } = open
    await goTo(page, '/understand')
    await drop(page, 'wrong.json', readFileSync(CLI_RESULT, 'utf8'))
    await page.locator('#choices .failure', { hasText: 'the view Compare takes it' }).waitFor()
    const dropped = readFileSync(AUTO_RESULT, 'utf8')
    await drop(page, 'auto.json', dropped)
    const figure = page.locator('#choices-figure')
    await figure.locator('.plot svg').waitFor()
    const { cells } = JSON.parse(dropped) as { readonly cells: readonly unknown[] }
    expect(await figure.locator('tbody tr').count()).toBe(cells.length)
    expect(await figure.locator('figcaption').textContent()).toMatch(
      /within 10 % of the fastest in \d+ of \d+ kinds of calls/,
    )
    const download = page.waitForEvent('download')
    await figure.getByRole('button', { name: 'CSV' }).click()
    const csv = readFileSync(await (await download).path(), 'utf8')
    expect(csv.split('\r\n')).toHaveLength(cells.length + 1)
    // A real run begins, with its progress, and is broken off.
    await page.getByRole('button', { name: /^Measure it here/ }).click()
    await page.locator('#choices .counts', { hasText: /^[1-9]\d* of \d+: llama-3-8b/ }).waitFor()
    await page.locator('#choices').getByRole('button', { name: 'Cancel' }).click()
    await page.locator('#choices progress').waitFor({ state: 'detached' })
    expect(await page.locator('#choices .failure').count()).toBe(0)
  })

  test('every view looks right in both themes, from 360 pixels to 3840', {
    timeout: PATIENCE,
  }, async () => {
    for (const { path } of ROUTES) {
      await goTo(open.page, path)
      await expectGoodLooks(open.page)
      await expectWideLooks(open.page)
    }
    await open.page.setViewportSize({ width: 1200, height: 900 })
  })

  test('nothing moves while a view loads', { timeout: PATIENCE }, async () => {
    for (const { path } of ROUTES) {
      for (const width of [360, 1200]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } })
        page.setDefaultTimeout(90_000)
        await page.addInitScript(WATCH_SHIFTS)
        await page.goto(`${site.isolated}#${path}`)
        await page
          .locator(SETTLED[path] ?? 'nowhere')
          .first()
          .waitFor({ state: 'attached' })
        // Two frames later what came last is painted, and told.
        await page.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        )
        expect({ path, width, shifts: await page.evaluate('shifts') }).toEqual({
          ...{ path, width, shifts: [] },
        })
        await page.close()
      }
    }
  })

  test('can be used with the keyboard alone', async () => {
    const { page } = open
    await goTo(page, '/device')
    await page.reload()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').textContent()).toBe('Theme: light')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('main[data-view="/correct"]').waitFor()
    await expect
      .poll(() => page.title(), { timeout: PATIENCE })
      .toBe('Correct first · rope dashboard')
  })

  test('keeps the theme, which is there before the first paint', async () => {
    const { page } = open
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByRole('button', { name: /^Theme/ }).click()
    expect(await page.getByRole('button', { name: /^Theme/ }).textContent()).toBe('Theme: dark')
    await page.reload()
    const dark = await page.evaluate(
      '[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]',
    )
    expect(dark).toEqual(['dark', 'rgb(20, 22, 28)'])
    await page.getByRole('button', { name: /^Theme/ }).click()
    await page.reload()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBeUndefined()
  })

  test('nothing went wrong on the console but what was made to', () => {
    expect(open.problems.filter((problem) => !problem.includes('out of memory'))).toEqual([])
  })

  test('without isolation it works, and says what that costs', { timeout: PATIENCE }, async () => {
    const { page, problems } = await openPage(browser, site.notIsolated)
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toMatch(/Cross-origin isolated✕ no/)
    expect(text).toContain('Cross-Origin-Opener-Policy: same-origin')
    expect(await page.locator('.backends .badge.good').count()).toBe(3)
    expect(problems).toEqual([])
    await page.close()
  })

  test('without WebGPU it says why', { timeout: PATIENCE }, async () => {
    const without = await openBrowser({ webgpu: false })
    try {
      const { page } = await openPage(without, site.isolated)
      const webgpu = page.locator('#backend-webgpu')
      expect(await webgpu.textContent()).toMatch(/not available.*Why: \S.{20,}/)
      await goTo(page, '/correct')
      expect(await page.locator('input[name=backend][value=webgpu]').isDisabled()).toBe(true)
    } finally {
      await without.close()
    }
  })

  test('a backend that is wrong here is named with its case, and has no speed', async () => {
    const page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE)
    // The worker of the suite alone has the recorded models in it.
    const suites = readdirSync(join(site.folder, 'assets')).filter(
      (file) =>
        file.startsWith('worker-') && statSync(join(site.folder, 'assets', file)).size >= 300_000,
    )
    expect(suites).toHaveLength(1)
    await page.route(`**/${suites[0]}`, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: WRONG_SUITE }),
    )
    await page.goto(site.notIsolated)
    await page.locator('.backends[aria-busy=false]').waitFor()
    await goTo(page, '/correct')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    await page.locator('#finding-js .badge.bad', { hasText: '1 case failed' }).waitFor()
    const finding = await page.locator('#finding-js').textContent()
    expect(finding).toContain('values/half/float32/bshd')
    expect(finding).toContain('5.0e-1')
    await goTo(page, '/fast')
    expect(await page.locator('input[name=backend][value=js]').isDisabled()).toBe(true)
    expect(await page.locator('.failure').allTextContents()).toContain(
      'js failed the conformance suite here, so it is not measured.',
    )
    await page.close()
  })
})

/** A suite that finds every backend wrong in one case. */
const WRONG_SUITE = `
  onmessage = ({ data }) => {
    const failures = [{ id: 'values/half/float32/bshd', message: 'element 3 is off' }]
    const worst = { id: failures[0].id, error: 0.5 }
    const counts = { cases: 1, passed: 0, failed: 1, unsupported: 0 }
    const report = { suiteVersion: '0', backend: data.backend, ...counts, worst, failures }
    postMessage({ type: 'report', report: { type: 'report', report } })
    postMessage({ type: 'done' })
  }`

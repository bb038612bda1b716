/** Who is answered, with which headers, and what is never handed out. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../src/dashboard/app.js'
import { serveDashboard } from '../../src/dashboard/serve.js'
import { temporaryFolder } from '../helpers.js'

const PORT = 4757
const OWN = `127.0.0.1:${PORT}`

/** A folder with a page, and a secret beside it. */
function site(): string {
  const folder = join(temporaryFolder(), 'page')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(folder, 'assets', 'main.js'), 'export {}')
  writeFileSync(join(folder, '..', 'secret.txt'), 'secret')
  return folder
}

function noChild(): never {
  throw new Error('the page needs no child process')
}

function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Response> {
  const app = createApp({ folder: site(), startChild: noChild, port: () => PORT })
  return Promise.resolve(
    app.request(`http://${OWN}${path}`, { method, headers: { host: OWN, ...headers } }),
  )
}

describe('the page', () => {
  test('is isolated, and may load nothing but its own files', async () => {
    const response = await ask('/')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<title>page</title>')
    const { headers } = response
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/)
  })

  test('its files come with their types, and what is no file is not found', async () => {
    const script = await ask('/assets/main.js')
    expect(script.headers.get('content-type')).toMatch(/javascript/)
    expect((await ask('/nothing')).status).toBe(404)
    expect((await ask('/', {}, 'POST')).status).toBe(404)
  })

  test.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt'])(
    '%s leads nowhere',
    async (path) => {
      const response = await ask(path)
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain('secret\n')
    },
  )
})

describe('the guard', () => {
  test.each([
    ['another name', { host: `rope.example:${PORT}` }, 421],
    ['another port', { host: '127.0.0.1:80' }, 421],
    ['no name', { host: '' }, 421],
    ['another origin', { origin: 'http://rope.example' }, 403],
    ['an origin that is hidden', { origin: 'null' }, 403],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    [
      'an image of another site',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
  ])('%s is refused', async (_, headers, status) => {
    const response = await ask('/', headers as unknown as Record<string, string>)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('page')
  })

  test.each([
    ['localhost', { host: `localhost:${PORT}` }],
    ['its own page', { origin: `http://${OWN}`, 'sec-fetch-site': 'same-origin' }],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a link elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('%s is answered', async (_, headers) => {
    expect((await ask('/', headers as unknown as Record<string, string>)).status).toBe(200)
  })
})

describe('the server', () => {
  /** The status of a request with a Host of its own, which fetch does not send. */
  function statusWith(url: string, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      request(url, { headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })
  }

  test('listens on the loopback address alone, and refuses a taken port', async () => {
    const folder = site()
    const server = await serveDashboard(folder, 0)
    onTestFinished(() => server.close())
    const { hostname, port } = new URL(server.url)
    expect(hostname).toBe('127.0.0.1')
    expect(await statusWith(server.url, `localhost:${port}`)).toBe(200)
    expect(await statusWith(server.url, `attacker.example:${port}`)).toBe(421)
    await expect(serveDashboard(folder, Number(port))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`port ${port} is taken`),
    })
  })
})

import { describe, expect, test } from 'vitest'
import { browserName, systemName } from '../../src/device/browser.js'

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15'
const EDGE = `${CHROME} Edg/141.0.0.0`

describe('the name of a browser', () => {
  test.each([
    [CHROME, 'Chrome 141'],
    [FIREFOX, 'Firefox 140'],
    [SAFARI, 'Safari 26'],
    [EDGE, 'Edge 141'],
    ['something else', 'something else'],
  ])('from the user agent %s', (userAgent, name) => {
    expect(browserName(userAgent, undefined)).toBe(name)
  })

  test('from the client hints, past the brand that is made up', () => {
    const made = { brand: 'Not;A=Brand', version: '8' }
    const chromium = { brand: 'Chromium', version: '141' }
    const hints = { platform: 'Linux', brands: [made, chromium] }
    expect(browserName(CHROME, hints)).toBe('Chromium 141')
    const edge = { brand: 'Microsoft Edge', version: '141' }
    expect(browserName(CHROME, { ...hints, brands: [made, chromium, edge] })).toBe(
      'Microsoft Edge 141',
    )
    expect(systemName(CHROME, hints)).toBe('Linux')
    expect(systemName(FIREFOX, undefined)).toBe('Windows NT 10.0')
  })
})

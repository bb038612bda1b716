/**
 * Text can be read in both themes: the contrast of WCAG 2.2 (1.4.3), computed from the tokens as
 * they are written. axe sees only what a page happens to show.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sheet = readFileSync(new URL('../src/tokens.css', import.meta.url), 'utf8')

/** The two values of each colour, light and dark. */
const COLOURS: ReadonlyMap<string, readonly [string, string]> = new Map(
  [...sheet.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, [light, dark]],
  ),
)

/** What is written on what. */
const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...['paper', 'card', 'tint', 'bad-tint'].map((ground) => ['ink', ground] as const),
  ...['paper', 'card', 'tint'].map((ground) => ['quiet', ground] as const),
  ...['paper', 'card', 'tint'].map((ground) => ['accent', ground] as const),
  ...['paper', 'card', 'bad-tint'].map((ground) => ['bad', ground] as const),
  ...['paper', 'card'].map((ground) => ['good', ground] as const),
  ...['paper', 'card'].flatMap((ground) =>
    ['series-2', 'series-3'].map((series) => [series, ground] as const),
  ),
  ['on-accent', 'accent'],
]

/** Relative luminance of an sRGB colour, as WCAG defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

test('the formula: black on white is 21 to 1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(PAIRS)('%s on %s', (text, ground) => {
  for (const theme of [0, 1] as const) {
    const [over, under] = [COLOURS.get(text)?.[theme], COLOURS.get(ground)?.[theme]]
    if (over === undefined || under === undefined) throw new Error(`no colour ${text} or ${ground}`)
    expect(contrast(over, under)).toBeGreaterThanOrEqual(4.5)
  }
})

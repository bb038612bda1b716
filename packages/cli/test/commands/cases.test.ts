/**
 * Files that were once read wrongly, and what is right: `rope inspect --json` on each of them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rope, temporaryFolder } from '../helpers.js'

/** What is right for a file; each key is checked by the entry of its name in CHECKS. */
type Expected = Readonly<Record<string, unknown>>

interface Case {
  readonly file: string
  readonly text?: string
  readonly base64?: string
  readonly expect: Expected
}

/** As far as these tests look at a profile. */
interface Profile {
  readonly name: string
  readonly layers: readonly number[] | null
  readonly config: {
    readonly headDim: number
    readonly pairing: string
    readonly schedule: { readonly type: string; readonly base?: number }
    readonly axes: { readonly count: number; readonly axisOfPair: readonly number[] } | null
  } | null
  readonly inverseFrequencies: readonly number[]
  readonly attentionFactor: number
  readonly softmaxScale: number
}

const CASES = JSON.parse(
  readFileSync(new URL('../fixtures/cases.json', import.meta.url), 'utf8'),
) as readonly Case[]

function write({ file, text, base64 }: Case): string {
  const path = join(temporaryFolder(), file)
  writeFileSync(path, text ?? Buffer.from(base64 ?? '', 'base64'))
  return path
}

const count = (list: readonly number[] | undefined, axis: number): number =>
  list?.filter((own) => own === axis).length ?? 0

/** What a profile says for each key of what is expected. */
const OF_PROFILE: Readonly<Record<string, (profile: Profile | undefined) => unknown>> = {
  pairs: (own) => own?.inverseFrequencies.filter((frequency) => frequency !== 0).length,
  headDim: (own) => own?.config?.headDim,
  pairing: (own) => own?.config?.pairing,
  base: (own) => own?.config?.schedule.base,
  axes: (own) => own?.config?.axes?.count,
  sections: (own) => [0, 1, 2].map((axis) => count(own?.config?.axes?.axisOfPair, axis)),
  interleavedAxes: (own) =>
    own?.config?.axes?.axisOfPair.slice(0, 6).every((axis, pair) => axis === pair % 3),
  attentionFactor: (own) => own?.attentionFactor,
  softmaxScale: (own) => own && Number(own.softmaxScale.toFixed(6)),
  layers: (own) => own?.layers,
  notDefault: (own) => own?.config?.schedule.type !== 'default',
}

/** What all profiles together say. */
const OF_ALL: Readonly<Record<string, (profiles: readonly Profile[]) => unknown>> = {
  rotates: (profiles) => profiles.some(({ config }) => config !== null),
  someLayersDoNotRotate: (profiles) => profiles.some(({ config }) => config === null),
  profiles: (profiles) => profiles.map(({ name }) => name),
}

const NOTES = ['why', 'orRefuse', 'profile', 'refuse', 'written', 'direction']

describe.each(CASES)('$file', (given) => {
  const { expect: expected } = given
  const keys = Object.keys(expected).filter((key) => !NOTES.includes(key))

  test('nothing that is expected goes unchecked', () => {
    const known = [...Object.keys(OF_PROFILE), ...Object.keys(OF_ALL)]
    expect(keys.filter((key) => !known.includes(key))).toEqual([])
  })

  test('is read as it is meant', async () => {
    const { code, stdout, stderr } = await rope(['inspect', write(given), '--json'])
    if (code !== 0) {
      expect(expected.orRefuse === true || expected.refuse !== undefined).toBe(true)
      expect(stderr).toMatch(REFUSALS[given.file] ?? /never/)
      return
    }
    expect(expected.refuse ?? expected.direction).toBeUndefined()
    const { profiles } = JSON.parse(stdout) as { readonly profiles: readonly Profile[] }
    const own = profiles.find(({ name, config }) =>
      expected.profile === undefined ? config !== null : name === expected.profile,
    )
    const found = keys.map((key) => [key, OF_ALL[key]?.(profiles) ?? OF_PROFILE[key]?.(own)])
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(keys.map((key) => [key, expected[key]])),
    )
  })
})

test.each(CASES.filter(({ expect: { written } }) => written !== undefined))(
  '$file is written as it has to be',
  async (given) => {
    const expected = given.expect
    const { stdout } = await rope(['convert', write(given), '--to', 'legacy'])
    const written = JSON.parse(stdout) as Record<string, Record<string, unknown>>
    const found = Object.keys(expected.written as Expected).map((path) => {
      const [outer = '', inner = ''] = path.split('.')
      return [path, written[outer]?.[inner]]
    })
    expect(Object.fromEntries(found)).toEqual(expected.written)
  },
)

/** What a refusal has to say: the key that changes the angles, and what to do. */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  'pixtral-axial.json': /pixtralVisionRope/,
  'base-persimmon.json':
    /rope_theta is missing, .* disagree \(25000 before version 5 of transformers\)/,
  'qwen1-dynamic-ntk.json': /use_dynamic_ntk .* set it to false for shorter sequences/,
  'nanochat-direction.json': /turns by minus the angle.*inverse: true/,
}

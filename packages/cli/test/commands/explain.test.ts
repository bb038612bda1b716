import { describe, expect, test } from 'vitest'
import * as fake from '../fake-backends.js'
import { rope } from '../helpers.js'

const MIXED = [fake.missing('wasm'), fake.mirrored('native'), fake.working()]

test('says who makes a call, and why not the others', async () => {
  const { code, stdout, stderr } = await rope(
    ['explain', '--tokens', '4', '--heads', '8,2', '--dim', '64', '--dtype', 'bfloat16'],
    { backends: MIXED },
  )
  expect([code, stderr]).toEqual([0, ''])
  const [heading, , titles, ...rows] = stdout.split('\n')
  expect(heading).toBe(
    'js makes this call: 4 tokens, 8 + 2 heads x 64, bfloat16, in place, in typed arrays, 10.0 KiB',
  )
  expect(titles).toMatch(/^backend +available +self-test +this call +measured +chosen +why$/)
  expect(rows[0]).toMatch(/^js +yes +passed +supported .* chosen +no other one can make this call$/)
  expect(rows[1]).toMatch(/^wasm +no +not run .* @rope\/wasm is not installed/)
  expect(rows[2]).toMatch(/^native +no +failed .* its self-test failed: .* golden value/)
})

test('a head count alone is that of q, and the rest has defaults', async () => {
  const { stdout } = await rope(['explain', '--tokens', '1', '--heads', '4', '--out-of-place'], {
    backends: [fake.working()],
  })
  expect(stdout).toMatch(/^js makes this call: 1 token, 4 heads x 128, float32, out of place,/)
})

test('without options it explains a decode step', async () => {
  const { code, stdout } = await rope(['explain'], { backends: [fake.working()] })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^js makes this call: 1 token, 32 \+ 8 heads x 128, float32, in place,/)
})

test('--help shows the defaults as they are typed, and speaks of no model', async () => {
  const { stdout } = await rope(['explain', '--help'])
  const words = stdout.replaceAll(/\s+/g, ' ')
  expect(words).toMatch(/--tokens <n> [^-]*\(default: 1\)/)
  expect(words).toMatch(/--heads <q,k> [^-]*\(default: 32,8\)/)
  expect(words).toContain(
    '--pairing <name> which channels form a pair (choices: "half", "interleaved", default: "half")',
  )
  expect(words).not.toMatch(/model/)
})

test('--rotary-dim says how much of a head rotates', async () => {
  const argv = ['explain', '--tokens', '1', '--rotary-dim', '32']
  const { stdout } = await rope(argv, { backends: [fake.working()] })
  expect(stdout).toContain('32 + 8 heads x 128 (32 rotate)')
})

test('--json has the same as data', async () => {
  const { code, stdout } = await rope(['explain', '--tokens', '2', '--json'], { backends: MIXED })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    call: { tokens: 2, heads: [32, 8], headDim: 128, dtype: 'float32', memory: 'foreign' },
    chosen: 'js',
    backends: [
      { name: 'js', available: true, selfTest: 'passed', chosen: true },
      { name: 'wasm', available: false },
      { name: 'native', available: false, selfTest: 'failed' },
    ],
  })
  expect(JSON.parse(stdout)).not.toHaveProperty('text')
})

test('--backend asks for one', async () => {
  const backends = [fake.working('fast'), fake.working()]
  const { stdout } = await rope(['explain', '--tokens', '1', '--backend', 'js'], { backends })
  expect(stdout).toMatch(/^js makes this call/)
  expect(stdout).toMatch(/^js .* chosen +backend asks for it$/m)
})

describe('bad input is one line and exit code 2', () => {
  test.each([
    ['no token', ['--tokens', '0'], /'0' is invalid.* a whole number, 1 or more: 1 for a decode/],
    ['less than none', ['--tokens', '-1'], /'-1' is invalid.* a whole number, 1 or more/],
    ['half a token', ['--tokens', '0.5'], /'0\.5' is invalid.* a whole number, 1 or more/],
    ['a word for tokens', ['--tokens', 'many'], /'many' is invalid/],
    ['three head counts', ['--tokens', '1', '--heads', '1,2,3'], /--heads has 3 numbers/],
    ['an odd head', ['--tokens', '1', '--dim', '7'], /rotaryDim is 7/],
    ['an unknown dtype', ['--tokens', '1', '--dtype', 'int8'], /'int8' is invalid/],
    [
      'an unknown backend',
      ['--tokens', '1', '--backend', 'cuda'],
      /asks for "cuda"; accepted: 'js'/,
    ],
    ['an unknown memory', ['--tokens', '1', '--memory', 'disk'], /memory is 'disk'/],
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await rope(['explain', ...argv], {
      backends: [fake.working()],
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})

test('a backend that is asked for and cannot run is an error with the reason', async () => {
  const argv = ['explain', '--tokens', '1', '--backend', 'wasm']
  const { code, stderr } = await rope(argv, { backends: MIXED })
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /what backend asks for cannot run here; wasm is unavailable: @rope\/wasm is not installed/,
  )
})

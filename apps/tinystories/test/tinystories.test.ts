/** The program as a user meets it: arguments, streams and exit codes. */

import { BACKENDS } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Kernel, Plan } from '@rope/core/backend'
import { describe, expect, test } from 'vitest'
import { readExpectedTexts } from '../src/model-files.js'
import { absentEntry, entryOf, readBundled, run, turnedBack, wrapJs } from './world.js'

const JS_ONLY = BACKENDS.filter(({ name }) => name === 'js')

const [once, lily] = await readExpectedTexts(readBundled)

describe('a story', () => {
  test('is the expected text, on standard output alone', async () => {
    const { exitCode, out, err } = await run([])
    expect(exitCode).toBe(0)
    expect(out).toBe(`${once?.text}\n`)
    expect(err).toMatch(
      /^model: Llama, 260,032 parameters, 5 layers of 64 channels, 8 query and 4 key heads of 8$/m,
    )
    expect(err).toMatch(/^RoPE: backend \w+, pairing half$/m)
    expect(err).toMatch(
      /^256 tokens in \d+\.\d\d s: \d+ tokens\/s, \d+\.\d % of the time in RoPE$/m,
    )
  })

  test('follows the prompt, the backend and the pairing', async () => {
    const words = ['--prompt', lily?.prompt ?? '', '--backend', 'js', '--pairing', 'interleaved']
    const { exitCode, out, err } = await run(words)
    expect(exitCode).toBe(0)
    expect(out).toBe(`${lily?.text}\n`)
    expect(err).toContain('RoPE: backend js, pairing interleaved\n')
  })

  test.each([
    ['half', { step: 1, partner: 4 }],
    ['interleaved', { step: 2, partner: 1 }],
  ])('has every q and k rotated in the pairing %s', async (pairing, numbers) => {
    const plans: Plan[] = []
    const spy = wrapJs('spy', (kernel, call) => kernel.run(call))
    let runs = 0
    const compile = (plan: Plan): Kernel => {
      const kernel = spy.compile(plan)
      plans.push(plan)
      return {
        run: (call) => {
          runs += 1
          return kernel.run(call)
        },
      }
    }
    const backends = [entryOf('spy', () => ({ ...spy, compile }))]
    await run(['--pairing', pairing, '--tokens', '12'], { backends })
    expect(plans).toHaveLength(1)
    expect(plans[0]).toMatchObject({ pairing: numbers, pairs: 4, direction: 1, inPlace: true })
    expect(plans[0]?.operands.map(({ heads }) => heads)).toEqual([8, 4])
    expect(runs).toBe(12 * 5)
  })

  test('comes piece by piece, and ends after the number of tokens', async () => {
    const { out, pieces, err } = await run(['--tokens', '12'])
    expect(`${once?.text}\n`.startsWith(out.slice(0, -1))).toBe(true)
    expect(out.startsWith('Once upon a time, there was')).toBe(true)
    expect(out.endsWith('\n')).toBe(true)
    expect(pieces.filter((piece) => piece !== '')).toHaveLength(13)
    expect(err).toContain('12 tokens in ')
  })

  test('needs no prompt, and keeps the spaces and the letters of one', async () => {
    const { exitCode, out } = await run(['--prompt', '', '--tokens', '3'])
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^\S.*\n$/)
    const prompt = ' \u00e9\u{1f40b} <s>\n '
    expect((await run(['--prompt', prompt, '--tokens', '40'])).out.startsWith(prompt)).toBe(true)
  })

  test('fills the context of 512 tokens', async () => {
    const { exitCode, out, err } = await run(['--tokens', '512'])
    expect(exitCode).toBe(0)
    expect(out.startsWith(once?.text ?? '-')).toBe(true)
    expect(err).toMatch(/^\d+ tokens in /m)
  })
})

describe('bad arguments', () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['--tokens', '0'], /'0' is invalid. Accepted: a whole number/],
    [['--tokens', '-1'], /'-1' is invalid/],
    [['--tokens', '1.5'], /'1\.5' is invalid/],
    [['--tokens', '1e2'], /'1e2' is invalid/],
    [['--tokens', 'many'], /'many' is invalid/],
    [['--tokens', ''], /'' is invalid/],
    [['--tokens'], /argument missing/],
    [['--tokens', '513'], /513 tokens are asked for; accepted: 1 to 512/],
    [['--tokens', '9'.repeat(400)], /Infinity tokens are asked for/],
    [['--tokens', '4'], /the prompt takes 4 of 4 tokens and leaves none for a story/],
    [['--prompt', 'word '.repeat(10_000)], /the prompt takes at least \d+ of 256 tokens/],
    [['--prompt'], /argument missing/],
    [['--pairing', 'both'], /'both' is invalid. Allowed choices are half, interleaved/],
    [['--backend', 'abacus'], /backend "abacus" is unknown; available here: .*js/],
    [['--check', '--prompt', 'x'], /'--check' cannot be used with option '--prompt/],
    [['--check', '--backend', 'abacus'], /backend "abacus" is unknown/],
    [['--tocens', '5'], /unknown option '--tocens'/],
    [['story'], /too many arguments/],
  ]
  test.each(refusals)('%j', async (words, message) => {
    const { exitCode, out, err } = await run(words)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).toMatch(/^error: [^\n]+\n$/)
  })

  test('an unavailable backend is refused with its reason', async () => {
    const backends = [absentEntry('gpu', 'there is no adapter'), ...JS_ONLY]
    const { exitCode, err } = await run(['--backend', 'gpu'], { backends })
    expect(exitCode).toBe(2)
    expect(err).toBe(
      'error: backend "gpu" is not available; available here: js; gpu is not: there is no adapter\n',
    )
  })
})

test('--help explains every option on standard output', async () => {
  const { exitCode, out, err } = await run(['--help'])
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  for (const option of [
    '--prompt',
    '--tokens',
    '--backend',
    '--pairing',
    '--check',
    'Exit codes:',
  ]) {
    expect(out).toContain(option)
  }
})

describe('--check', () => {
  test('reports on standard error and succeeds', async () => {
    const { exitCode, out, err } = await run(['--check', '--backend', 'js'])
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '' })
    expect(err.match(/^pass js, (half|interleaved), "/gm)).toHaveLength(4)
    expect(err.endsWith('4 passed, 0 failed\n')).toBe(true)
  })

  test('exits with 1 when a backend rotates wrongly', async () => {
    const backends = [
      entryOf('wrong', () =>
        wrapJs('wrong', (kernel, call) =>
          kernel.run({ ...call, rotation: turnedBack(call.rotation) }),
        ),
      ),
    ]
    const { exitCode, out, err } = await run(['--check'], { backends })
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
    expect(err.endsWith('0 passed, 4 failed\n')).toBe(true)
  })
})

test('a backend that breaks on the way exits with 1 and one line', async () => {
  let calls = 0
  const failing = wrapJs('failing', (kernel, call) => {
    calls += 1
    if (calls > 20) throw new RopeError('BACKEND_FAILED', 'the device is gone')
    return kernel.run(call)
  })
  const { exitCode, err } = await run([], { backends: [entryOf('failing', () => failing)] })
  expect(exitCode).toBe(1)
  expect(err).toMatch(/^error: .*the device is gone.*$/m)
})

/** The expected texts, and that the check notices a rotation that is wrong. */
import { BACKENDS, type BackendEntry, cpuBackends } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { type CheckResult, check, firstDifference } from '../src/check.js'
import { type ExpectedText, readExpectedTexts, readModel } from '../src/model-files.js'
import { absentEntry, entryOf, readBundled, turnedBack, wrapJs } from './world.js'

const CPU = cpuBackends(BACKENDS)

const files = await readModel(readBundled)
const texts = await readExpectedTexts(readBundled)

async function checkWith(
  backends: readonly BackendEntry[],
  some: readonly ExpectedText[] = texts.slice(0, 1),
  backend?: string,
): Promise<{ readonly results: readonly CheckResult[]; readonly skipped: readonly string[] }> {
  const results: CheckResult[] = []
  const skipped: string[] = []
  const options = { backends, texts: some, onSkip: (line: string) => void skipped.push(line) }
  for await (const result of check(
    files,
    backend === undefined ? options : { ...options, backend },
  )) {
    results.push(result)
  }
  return { results, skipped }
}

describe('check', () => {
  test('passes with every backend, both pairings and both texts', async () => {
    const { results } = await checkWith(CPU, texts)
    expect(results.map(({ line }) => line).filter((line) => !line.startsWith('pass '))).toEqual([])
    expect(results.length).toBeGreaterThanOrEqual(4)
    expect(results.map(({ line }) => line)).toContainEqual(
      'pass js, interleaved, "Lily had a red ball": the expected 560 characters',
    )
  })

  test('passes with a backend that answers later', async () => {
    const later = entryOf('later', () =>
      wrapJs('later', async (kernel, call) => kernel.run(call), 'gpu'),
    )
    expect((await checkWith([later])).results.map(({ passed }) => passed)).toEqual([true, true])
  })

  test('fails with a backend that rotates the wrong way, and shows where', async () => {
    const wrong = entryOf('wrong', () =>
      wrapJs('wrong', (kernel, call) =>
        kernel.run({ ...call, rotation: turnedBack(call.rotation) }),
      ),
    )
    const { results } = await checkWith([wrong])
    expect(results.map(({ passed }) => passed)).toEqual([false, false])
    expect(results[0]?.line).toMatch(
      /^FAIL wrong, half, "Once upon a time": differs at character \d+, after ".+": expected ".+", found ".+"$/,
    )
  })

  test('fails with a backend that does nothing', async () => {
    const idle = entryOf('idle', () => wrapJs('idle', () => undefined))
    expect((await checkWith([idle])).results.map(({ passed }) => passed)).toEqual([false, false])
  })

  test('fails with a backend that breaks, and goes on', async () => {
    const broken = entryOf('broken', () =>
      wrapJs('broken', () => {
        throw new RopeError('BACKEND_FAILED', 'the device is gone')
      }),
    )
    const { results } = await checkWith([broken, ...CPU])
    expect(results.map(({ passed }) => passed).slice(0, 4)).toEqual([false, false, true, true])
    expect(results[0]?.line).toMatch(/^FAIL broken, half, "Once upon a time": .*the device is gone/)
  })

  test('skips what cannot run, unless it is asked for', async () => {
    const backends = [absentEntry('gpu', 'there is no adapter'), ...CPU]
    const { results, skipped } = await checkWith(backends)
    expect(skipped).toEqual(['gpu is not available: there is no adapter'])
    expect(results.length).toBeGreaterThanOrEqual(2)
    await expect(checkWith(backends, texts, 'gpu')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(checkWith(backends.slice(0, 1))).rejects.toThrow(/no backend can run/)
  })
})

test.each([
  ['same', 'same', null],
  ['', '', null],
  ['abc', 'abd', 'differs at character 2, after "ab": expected "d", found "c"'],
  ['ab', 'abd', 'differs at character 2, after "ab": expected "d", found ""'],
  ['abd', 'ab', 'differs at character 2, after "ab": expected "", found "d"'],
  ['', 'a', 'differs at character 0, after "": expected "a", found ""'],
])('firstDifference(%j, %j)', (found, expected, answer) => {
  expect(firstDifference(found, expected)).toBe(answer)
})

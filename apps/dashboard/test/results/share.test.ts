import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packResult, unpackResult } from '../../src/results/share.js'
import { SAMPLE } from './samples.js'

async function packed(): Promise<string> {
  const text = await packResult(SAMPLE)
  if (text === null) throw new Error('the sample is too long for a link')
  return text
}

describe('a run in a link', () => {
  test('comes out as it went in, and its letters need no escaping', async () => {
    const text = await packed()
    expect(text).toMatch(/^[\w-]+$/)
    expect(text.length).toBeLessThan(JSON.stringify(SAMPLE).length)
    expect(await unpackResult(text)).toEqual({ result: SAMPLE, problem: null })
  })

  test('a damaged link is refused, whatever was done to it', async () => {
    const text = await packed()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom('', 'A', '!', 'é'),
        async (at, by) => {
          const damaged = text.slice(0, at) + by + text.slice(at + 1)
          const { result, problem } = await unpackResult(damaged)
          // A few changes still unpack to a result; they never unpack to something else.
          if (result === null) expect(problem).toMatch(/^the link (is damaged|unpacks)/)
          else expect(Object.keys(result).sort()).toEqual(Object.keys(SAMPLE).sort())
        },
      ),
      { numRuns: 150 },
    )
    for (const other of ['', 'x', '%%%', text.slice(0, 50)]) {
      expect((await unpackResult(other)).result).toBeNull()
    }
  })

  test('a small link that unpacks to much is given up', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 2 ** 20)).toString('base64url')
    expect(bomb.length).toBeLessThan(100_000)
    expect((await unpackResult(bomb)).problem).toBe('the link unpacks to too much')
    expect((await unpackResult('A'.repeat(600_000))).problem).toBe('the link is too long')
  })
})

/** The file that brings the text to a page. */
import { describe, expect, test } from 'vitest'
import { readTexts } from '../src/text/addresses.js'
import { packTexts, unpackTexts } from '../src/text/packed-texts.js'

describe('the file of the addresses', () => {
  test('gives back every text, in little more than a third of the room', async () => {
    const texts = readTexts()
    const file = await packTexts(texts)
    expect(await unpackTexts(file)).toEqual(texts)
    expect(file.length / texts.join('').length).toBeLessThan(0.36)
  })

  test.each([
    ['no such file', Uint8Array.of(60, 104, 116, 109, 108)],
    ['nothing', new Uint8Array(0)],
  ])('is refused when it is %s', async (_, file) => {
    await expect(unpackTexts(file)).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })

  test('is refused when its end is missing', async () => {
    const file = await packTexts(['one', 'two'])
    await expect(unpackTexts(file.subarray(0, -3))).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })
})

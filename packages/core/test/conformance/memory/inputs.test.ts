/**
 * The suite's inputs: ordinary numbers are ordinary whatever the seed, and rows turn.
 */
import { describe, expect, test } from 'vitest'
import { toNumbers } from '../../../src/conformance/memory/elements.js'
import { ordinaryElements, randomRows } from '../../../src/conformance/memory/inputs.js'
import { seededRandom } from '../../../src/conformance/memory/random.js'
import { DTYPES } from '../../../src/numbers/dtype.js'

const SEEDS = [0, 1, 2, 3, 1234567, 2 ** 32 - 1]

describe.each([...DTYPES])('ordinary numbers of %s', (dtype) => {
  test.each(SEEDS)('lie between 2^-6 and 8, with seed %d', (seed) => {
    for (const value of toNumbers(dtype, ordinaryElements(dtype, 70_000, seed))) {
      const size = Math.abs(value)
      if (!(size >= 2 ** -6 && size <= 8)) throw new Error(`${value} is not ordinary`)
    }
  })

  test('differ from seed to seed and are the same for one', () => {
    const [first, second] = [ordinaryElements(dtype, 100, 1), ordinaryElements(dtype, 100, 2)]
    expect(first).not.toEqual(second)
    expect(ordinaryElements(dtype, 100, 1)).toEqual(first)
  })
})

test.each(SEEDS)('rows have a norm from 0.5 to 1.5, with seed %d', (seed) => {
  const { cos, sin } = randomRows(70_000, seededRandom(seed))
  cos.forEach((c, i) => {
    const norm = Math.hypot(c, sin[i] as number)
    if (!(norm > 0.49 && norm < 1.51)) throw new Error(`a norm of ${norm}`)
  })
})

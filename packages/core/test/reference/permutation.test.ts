/**
 * The two pairings are one rotation, seen in two channel orders.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reorderChannels, rotateByElements } from '../../src/reference/index.js'

const head = fc
  .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((half) => half.flatMap((value) => [value, 1 - value]))

describe('reorderChannels', () => {
  test('half keeps first members first, interleaved keeps pairs together', () => {
    const interleaved = [1, 2, 3, 4, 5, 6]
    const half = [1, 3, 5, 2, 4, 6]
    expect(Array.from(reorderChannels(interleaved, 'interleaved', 'half'))).toEqual(half)
    expect(Array.from(reorderChannels(half, 'half', 'interleaved'))).toEqual(interleaved)
    expect(Array.from(reorderChannels(half, 'half', 'half'))).toEqual(half)
  })

  test('half and interleaved rotate alike once the channels are reordered', () => {
    fc.assert(
      fc.property(head, (x) => {
        const angles = Array.from({ length: x.length / 2 }, (_, i) => 3 * 0.7 ** i)
        const direct = rotateByElements(x, angles, 'half')
        const interleaved = reorderChannels(x, 'half', 'interleaved')
        const turned = rotateByElements(interleaved, angles, 'interleaved')
        expect(reorderChannels(turned, 'interleaved', 'half')).toEqual(direct)
      }),
    )
  })
})

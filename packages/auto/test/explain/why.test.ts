/**
 * The sentence behind each backend: what was measured, else the order, never a guess.
 */
import { createJsBackend } from '@rope/js'
import { describe, expect, test } from 'vitest'
import { type Reasons, whyOf } from '../../src/explain/why.js'

function why(changes: Partial<Reasons>): string {
  return whyOf({
    device: 'cpu',
    state: { kind: 'ready', backend: createJsBackend() },
    memory: 'foreign',
    refusal: null,
    isChosen: false,
    askedBy: null,
    isOnly: false,
    isHopeless: false,
    measured: null,
    best: 2.7,
    chosen: { name: 'native', measured: 3.2 },
    ...changes,
  })
}

describe('who was not chosen', () => {
  test.each([
    [{ measured: 4 }, '1.3 times slower than native'],
    [{ measured: 70 }, '22 times slower than native'],
    [{ measured: 3.3 }, 'as fast as native, within 5 %'],
    [{ measured: 1 }, 'it is being compared with native in real calls'],
    [
      { measured: 4, chosen: { name: 'native', measured: null } },
      'native comes before it in the order',
    ],
    [{}, 'native comes before it in the order'],
    [{ isHopeless: true }, 'an earlier call took ten times as long as on another one, or longer'],
    [{ askedBy: 'ROPE_BACKEND' }, 'ROPE_BACKEND prefers native'],
    [{ refusal: 'no float64' }, 'it cannot make this call: no float64'],
    [{ state: { kind: 'unavailable', reason: 'no addon' } }, 'no addon'],
    [{ device: 'gpu' }, 'the data is in typed arrays, which stay on the CPU'],
    [{ memory: 'gpu' }, 'the data is on the GPU, and stays there'],
    [{ memory: null }, 'ready; no call has been made yet'],
  ] as const)('%j: %s', (changes, sentence) => {
    expect(why(changes)).toBe(sentence)
  })
})

describe('who was chosen', () => {
  test.each([
    [{ measured: 2.73 }, 'fastest, measured in real calls: 2.73 us'],
    [{ measured: 7 }, 'its turn in a comparison by real calls'],
    [{}, 'first in the order; no real call of this kind was timed'],
    [{ isOnly: true, measured: 2 }, 'no other one can make this call'],
    [{ askedBy: 'backend' }, 'backend asks for it'],
    [{ memory: 'gpu', device: 'gpu' }, 'the data is on the GPU, and stays there'],
  ] as const)('%j: %s', (changes, sentence) => {
    expect(why({ isChosen: true, ...changes })).toBe(sentence)
  })
})

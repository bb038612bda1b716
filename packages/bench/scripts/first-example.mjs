/**
 * What the first example of README.md gains over the eight lines by hand, which are taken from there:
 * both rotate the same q and k, at a new position in every call, in turns. Prints the medians of the
 * time of a call, and of the ratio within a round.
 *
 *     node packages/bench/scripts/first-example.mjs
 */
import { readFileSync } from 'node:fs'
import { createRope } from '@rope/auto'

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const [, byHand = ''] = /^```js\n(.*?)^```/ms.exec(README) ?? []
const { rotateByHand } = await import(
  `data:text/javascript,${encodeURIComponent(`${byHand}\nexport { rotateByHand }`)}`
)
const rope = await createRope(
  { headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } },
  { layout: 'bshd' },
)

const ROUNDS = 41
/** Milliseconds that one side is timed for in a round. */
const SLICE = 20
/** Later positions than those of README, and no two calls at the same one. */
let position = 4096

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

function timeOf(call) {
  let calls = 0
  const start = performance.now()
  let now = start
  while (now - start < SLICE) {
    call(position++)
    calls++
    now = performance.now()
  }
  return (now - start) / calls
}

for (const tokens of [512, 1]) {
  const q = { data: new Float32Array(tokens * 32 * 128).fill(1), shape: [1, tokens, 32, 128] }
  const k = { data: new Float32Array(tokens * 8 * 128).fill(1), shape: [1, tokens, 8, 128] }
  const sides = [
    (positions) => rope.rotate({ q, k, positions }),
    (start) => {
      rotateByHand(q.data, 32, start)
      rotateByHand(k.data, 8, start)
    },
  ]
  // The engine compiles both, and @rope/auto makes its choice.
  for (let i = 0; i < 10; i++) sides.map(timeOf)
  const rounds = Array.from({ length: ROUNDS }, (_, i) => {
    const [first, second] = i % 2 === 0 ? sides : sides.toReversed()
    const times = [timeOf(first), timeOf(second)]
    return i % 2 === 0 ? times : times.reverse()
  })
  const [ours, hand] = [0, 1].map((side) => median(rounds.map((times) => times[side] * 1000)))
  const ratio = median(rounds.map(([own, other]) => other / own))
  const { chosen } = await rope.explain()
  console.log(
    `${tokens} tokens: @rope/auto (${chosen}) ${ours.toPrecision(3)} us, by hand ${hand.toPrecision(3)} us, ${ratio.toPrecision(3)} times as fast`,
  )
}
rope.dispose()

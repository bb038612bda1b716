/**
 * Why RoPE is relative: the score of two tokens is the same wherever they stand, as long as the
 * distance between them is.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { Card } from '../parts/card.js'
import type { ModelRope } from './model.js'
import { type Pair, scoreOf } from './scores.js'
import { Slider } from './slider.js'

/** A fixed vector of so many pairs: nothing about it matters but that it is always the same. */
function fixed(pairs: number, phase: number): readonly Pair[] {
  return Array.from(
    { length: pairs },
    (_, i): Pair => [Math.cos(i + phase), Math.sin(2 * i + phase)],
  )
}

/** Two tokens that move together, and one that moves alone. */
export function RelativeCard({ rope }: { readonly rope: ModelRope }): JSX.Element {
  const distance = useSignal(12)
  const shift = useSignal(0)
  const { frequencies } = rope
  const [q, k] = [fixed(frequencies.length, 0), fixed(frequencies.length, 1)]
  const n = shift.value
  const m = n + distance.value
  const score = scoreOf(q, k, frequencies, m, n)
  const atHome = scoreOf(q, k, frequencies, distance.value, 0)
  return (
    <Card id="relative" title="The score of two tokens that move together">
      <dl class="figures pair">
        <div>
          <dt>
            Score at {m.toLocaleString('en')} and {n.toLocaleString('en')}
          </dt>
          <dd>{score.toFixed(8)}</dd>
        </div>
        <div>
          <dt>At {distance.value.toLocaleString('en')} and 0</dt>
          <dd>{atHome.toFixed(8)}</dd>
        </div>
      </dl>
      <p class="quiet">
        {score === atHome
          ? 'Moving both changes nothing'
          : `Moving both changes it by ${Math.abs(score - atHome).toExponential(1)}, which is the rounding of double precision`}
        ; moving one alone changes it altogether.
      </p>
      <Slider id="shift" label="Move both" value={shift} most={100_000} />
      <Slider id="distance" label="Distance" value={distance} most={4096} />
    </Card>
  )
}

/**
 * The picture of every tutorial, alive: a pair of channels as an arrow that turns with its position.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { Card } from '../parts/card.js'
import type { ModelRope } from './model.js'
import { rotatePair } from './scores.js'
import { Slider } from './slider.js'

/** Positions that the slider has. */
const MOST = 512

/** Positions per second while it plays. */
const SPEED = 12

/** The arrow of one pair. */
export function VectorCard({ rope }: { readonly rope: ModelRope }): JSX.Element {
  const position = useSignal(0)
  const pair = useSignal(0)
  const isPlaying = useSignal(false)
  useEffect(() => {
    if (!isPlaying.value) return
    const timer = setInterval(() => {
      position.value = (position.value + 1) % (MOST + 1)
    }, 1000 / SPEED)
    return () => clearInterval(timer)
  }, [isPlaying.value, isPlaying, position])
  const frequency = rope.frequencies[pair.value] ?? 0
  const angle = position.value * frequency
  const [x, y] = rotatePair([1, 0], angle)
  const turns = angle / (2 * Math.PI)
  return (
    <Card id="vector" title="A pair turns with its position">
      <svg
        class="circle"
        viewBox="-1.25 -1.25 2.5 2.5"
        role="img"
        aria-label={`Pair ${pair.value} at position ${position.value}: ${turns.toFixed(3)} turns`}
      >
        <circle r="1" class="rim" />
        <path d="M-1.2 0 H1.2 M0 -1.2 V1.2" class="axis" />
        <line x1="0" y1="0" x2="1" y2="0" class="before" />
        <line x1="0" y1="0" x2={x} y2={-y} class="after" />
        <circle cx={x} cy={-y} r="0.06" class="tip" />
      </svg>
      <p class="counts">
        ({x.toFixed(4)}, {y.toFixed(4)}), after {turns.toFixed(3)} turns of{' '}
        {frequency.toExponential(2)} radians per position
      </p>
      <Slider id="position" label="Position" value={position} most={MOST} />
      <Slider id="pair" label="Pair" value={pair} most={rope.frequencies.length - 1} />
      <div class="actions">
        <button
          type="button"
          aria-pressed={isPlaying.value}
          onClick={() => {
            isPlaying.value = !isPlaying.value
          }}
        >
          {isPlaying.value ? 'Pause' : 'Play'}
        </button>
      </div>
    </Card>
  )
}

/**
 * The name of a model with the mark that its lines have, so that its colour is never the only sign.
 */
import type { JSX } from 'preact'
import type { PositionName } from '../../model/options.js'

/** RoPE has one look and its rival the other, whichever it is. */
export type Look = 'rope' | 'rival'

/** The look of a model. */
export function lookOf(positions: PositionName): Look {
  return positions === 'rope' ? 'rope' : 'rival'
}

/** What a kind of positions is called on the page. */
export const NAMES: Readonly<Record<PositionName, string>> = {
  none: 'none',
  learned: 'learned',
  sinusoidal: 'sinusoidal',
  rope: 'RoPE',
}

/** A mark and a name: a solid line with a dot for RoPE, a dashed one with a square for its rival. */
export function ModelName({ positions }: { readonly positions: PositionName }): JSX.Element {
  const look = lookOf(positions)
  return (
    <span class={`model ${look}`}>
      <svg viewBox="0 0 24 10" class="mark" aria-hidden="true">
        <line x1="0" y1="5" x2="24" y2="5" />
        {look === 'rope' ? (
          <circle cx="12" cy="5" r="3.5" />
        ) : (
          <rect x="8.5" y="1.5" width="7" height="7" />
        )}
      </svg>
      {NAMES[positions]}
    </span>
  )
}

/**
 * A list of facts: a name and what is known.
 */
import type { ComponentChildren, JSX } from 'preact'

/** A name and what is known; the value may have a remark. */
export interface Fact {
  readonly name: string
  readonly value: ComponentChildren
  readonly note?: string | undefined
}

/** Facts, one below the other. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

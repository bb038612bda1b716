/**
 * A card with a heading.
 */
import type { ComponentChildren, JSX } from 'preact'

/** What a card holds. */
export interface CardProps {
  /** Unique on the page. */
  readonly id: string
  readonly title: string
  readonly children: ComponentChildren
}

/** A section with a heading that names it. */
export function Card({ id, title, children }: CardProps): JSX.Element {
  return (
    <section id={id} class="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  )
}

/**
 * What was chosen in the form of the view "Fast": it stays while other views are looked at.
 */
import { type Signal, signal } from '@preact/signals'
import { type Answers, usualAnswers } from './choice.js'

/** Where it is measured; in Node with or without the libraries of others. */
export type WherePlace = 'browser' | 'node' | 'node-peers'

/** The answers, each of which the form changes. */
export interface FormState {
  readonly answers: Signal<Answers>
  readonly where: Signal<WherePlace>
  /** Backends that were unticked. */
  readonly left: Signal<ReadonlySet<string>>
  /** Libraries of others that were ticked. */
  readonly peers: Signal<ReadonlySet<string>>
}

/** The form as it is at first. */
export function createFormState(): FormState {
  return {
    answers: signal(usualAnswers()),
    where: signal('browser'),
    left: signal(new Set()),
    peers: signal(new Set()),
  }
}

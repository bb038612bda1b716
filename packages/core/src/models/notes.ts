/**
 * What a reader says beside what it read: what it had to assume, because the file leaves it to the
 * model's code, and what is odd about the file.
 */

/** Two lists of sentences. */
export interface Notes {
  /** What the file does not say, and where its value was taken from. */
  readonly assumptions: string[]
  /** What is odd, contradictory or not read. */
  readonly warnings: string[]
}

/** Nothing yet. */
export function emptyNotes(): Notes {
  return { assumptions: [], warnings: [] }
}

/** A key that the file leaves out and the model's code fills in. */
export function assumeFromCode(notes: Notes, key: string, value: unknown, type: unknown): void {
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  notes.assumptions.push(`${key} is missing; ${shown}, as in the code of ${String(type)}, is taken`)
}

/**
 * Why a backend rotates, as a table of words that the page can show. Types and words only.
 */
import type { Probe } from '@rope/core/backend'

/** A sentence and a table; every row has one cell per column. */
export interface Explanation {
  readonly summary: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What a backend found out about itself here. */
export function explainProbe(name: string, probe: Probe): Explanation {
  const facts = Object.entries(probe.facts)
  return {
    summary: summaryOf(name, probe, facts.length),
    columns: facts.length === 0 ? [] : ['fact', 'value'],
    rows: facts.map(([fact, value]) => [wordsOf(fact), showFact(value)]),
  }
}

function summaryOf(name: string, probe: Probe, facts: number): string {
  if (!probe.available) return `${name} cannot run here: ${probe.reason ?? 'no reason given'}`
  if (facts === 0) return `${name} was asked for by name, and can run here.`
  return `${name} was asked for by name. What it found here:`
}

/** `maxBufferSize` becomes `max buffer size`; abbreviations such as `ISA` stay as they are. */
function wordsOf(name: string): string {
  return name.replace(
    /([a-z\d])([A-Z])(?![A-Z])/g,
    (_, end, start) => `${end} ${start.toLowerCase()}`,
  )
}

function showFact(value: Probe['facts'][string]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return value.toLocaleString('en-US')
  return value === null || value === '' ? '–' : value
}

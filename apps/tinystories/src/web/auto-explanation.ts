/**
 * What `explain()` of the front door says, as the page's table.
 */
import type { Explanation as AutoExplanation, BackendExplanation } from '@rope/auto'
import type { Explanation } from './explanation.js'

const COLUMNS: readonly string[] = ['backend', 'why', 'measured', 'self-test', 'available']

/** The choice in a sentence, and a row per backend, the best for the call first. */
export function explainAuto(explanation: AutoExplanation): Explanation {
  return {
    summary: describeChoice(explanation),
    columns: COLUMNS,
    rows: explanation.backends.map(rowOf),
  }
}

function describeChoice({ call, chosen }: AutoExplanation): string {
  if (call === null) return 'It chooses when the first call is made.'
  const tokens = call.tokens === 1 ? '1 token' : `${call.tokens} tokens`
  const size = `${tokens}, ${call.heads.join(' + ')} heads of ${call.headDim}, ${call.dtype}`
  return `${chosen ?? 'nobody'} makes the calls (${size}).`
}

function rowOf(backend: BackendExplanation): readonly string[] {
  const { name, available, selfTest, measured, chosen, why } = backend
  return [
    chosen ? `${name}, chosen` : name,
    why,
    describeTime(measured),
    selfTest,
    available === null ? 'not asked' : available ? 'yes' : 'no',
  ]
}

/** Microseconds of a call. */
function describeTime(microseconds: number | null): string {
  return microseconds === null ? '–' : `${microseconds.toFixed(2)} µs`
}

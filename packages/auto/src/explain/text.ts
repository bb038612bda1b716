/**
 * An explanation as a table of words, for a terminal, a log or a bug report.
 */
import type { BackendExplanation, Explanation } from './explanation.js'
import { showBytes, showMicroseconds } from './numbers.js'

const COLUMNS: readonly string[] = [
  'backend',
  'available',
  'self-test',
  'this call',
  'measured',
  'chosen',
  'why',
]

function yesNo(value: boolean | null): string {
  return value === null ? '-' : value ? 'yes' : 'no'
}

function timeOf(microseconds: number | null): string {
  return microseconds === null ? '-' : showMicroseconds(microseconds)
}

function rowOf(backend: BackendExplanation): readonly string[] {
  const { name, available, selfTest, supports, measured, chosen, why } = backend
  return [
    name,
    available === null ? 'not asked' : yesNo(available),
    selfTest,
    supports === null ? '-' : supports ? 'supported' : 'refused',
    timeOf(measured),
    chosen ? 'chosen' : '',
    // A reason comes from anywhere; a row is one line.
    why.replaceAll(/\s+/g, ' '),
  ]
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

function placeOf(memory: string): string {
  if (memory === 'gpu') return 'on the GPU'
  return memory === 'foreign' ? 'in typed arrays' : `in the memory of ${memory}`
}

function heading({ call, chosen }: Omit<Explanation, 'text'>): string {
  if (call === null) return 'No call has been made yet, so that there is nothing to choose for.'
  const { batch, tokens, heads, headDim, rotaryDim, dtype, inPlace, memory, bytes } = call
  const size = [
    ...(batch === 1 ? [] : [`batch ${batch}`]),
    `${tokens} ${tokens === 1 ? 'token' : 'tokens'}`,
    `${heads.join(' + ')} ${heads.join() === '1' ? 'head' : 'heads'} x ${headDim}${rotaryDim === headDim ? '' : ` (${rotaryDim} rotate)`}`,
    dtype,
    inPlace ? 'in place' : 'out of place',
    placeOf(memory),
    showBytes(bytes),
  ]
  return `${chosen ?? 'nobody'} makes this call: ${size.join(', ')}`
}

/** How choices come about; nothing where there was none. */
function footing({ call, backends }: Omit<Explanation, 'text'>): readonly string[] {
  if (call === null) return []
  if (backends.every(({ measured }) => measured === null)) return []
  return [
    '',
    'measured: the fastest of the first real calls of this kind, with all that is around the kernel.',
  ]
}

/** An explanation in words: a line on the call, a row per backend, a line on the times. */
export function explanationText(explanation: Omit<Explanation, 'text'>): string {
  const rows = [COLUMNS, ...explanation.backends.map(rowOf)]
  return [heading(explanation), '', table(rows), ...footing(explanation)].join('\n')
}

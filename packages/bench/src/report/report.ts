/** placeholder */
import type { BenchResult } from '../result.js'
/** Renders. */
export function renderReport(result: BenchResult): string {
  return JSON.stringify(result)
}

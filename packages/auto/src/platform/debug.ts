/**
 * Debug lines: what was ignored, and why. Silent unless the `debug` option or ROPE_DEBUG asks.
 */
import { readVariable } from './environment.js'

/** Takes one line, without a line feed. */
export type Debug = (line: string) => void

/** What the `debug` option accepts: a sink, or whether to use the console. */
export type DebugOption = boolean | Debug

interface ConsoleLike {
  // Standard error in Node, so that nothing gets into a program's results.
  readonly warn: (text: string) => void
}

function toConsole(line: string): void {
  const { console } = globalThis as unknown as { readonly console?: ConsoleLike }
  console?.warn(`rope: ${line}`)
}

/** The sink that an option and the environment ask for. */
export function debugSink(option: DebugOption | undefined): Debug {
  if (typeof option === 'function') return option
  const wanted = option ?? readVariable('ROPE_DEBUG') !== undefined
  return wanted ? toConsole : () => undefined
}

/**
 * Colours only where somebody sees them: on a terminal, unless NO_COLOR says no; FORCE_COLOR
 * asks for them anywhere else. See https://no-color.org and https://force-color.org.
 */
import pico from 'picocolors'
import type { Io, Sink } from '../io.js'

/** The formatters commands use; each returns its input unchanged when colours are off. */
export type Colors = ReturnType<typeof pico.createColors>

/** Whether `sink` gets colours under the environment `env`. */
export function wantsColors(sink: Sink, env: Io['env']): boolean {
  if (isSet(env.NO_COLOR)) return false
  const force = env.FORCE_COLOR
  if (force !== undefined) return force !== '0' && force !== 'false'
  return sink.isTTY && env.TERM !== 'dumb'
}

/** The formatters for one sink. */
export function colorsFor(sink: Sink, env: Io['env']): Colors {
  return pico.createColors(wantsColors(sink, env))
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

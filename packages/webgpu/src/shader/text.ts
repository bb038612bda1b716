/**
 * Small helpers for writing WGSL: blocks, indentation, vector types. Lines are lists of strings, so
 * that parts can be left out by being empty.
 */

/** Lines of WGSL. */
export type Lines = readonly string[]

/** The lines, two spaces further in; empty ones stay empty. */
export function indent(lines: Lines): Lines {
  return lines.map((line) => (line === '' ? line : `  ${line}`))
}

/** A block with its braces. */
export function block(head: string, body: Lines): Lines {
  return [`${head} {`, ...indent(body), '}']
}

/** The lines when `condition` holds, else none. */
export function when(condition: boolean, lines: Lines): Lines {
  return condition ? lines : []
}

/** Sections with an empty line between those that are not empty. */
export function sections(parts: readonly Lines[]): Lines {
  return parts
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
}

/** `u32`, `vec2u` or `vec4u`. */
export function unsigned(lanes: 1 | 2 | 4): string {
  return lanes === 1 ? 'u32' : `vec${lanes}u`
}

/** `f32`, `vec2f` or `vec4f`. */
export function float(lanes: 1 | 2 | 4): string {
  return lanes === 1 ? 'f32' : `vec${lanes}f`
}

/** The same unsigned number in every lane. */
export function splat(lanes: 1 | 2 | 4, value: string): string {
  return lanes === 1 ? value : `vec${lanes}u(${value})`
}

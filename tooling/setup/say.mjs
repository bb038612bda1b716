/**
 * What the set-up says, on standard error: standard output belongs to the commands themselves.
 */

/**
 * One line for the person who waits.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * The time since `started` (milliseconds, Date.now()) as '1.2 s'.
 * @param {number} started
 */
export function secondsSince(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`
}

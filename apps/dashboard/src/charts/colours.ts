/**
 * The colours of series; marks and labels tell them apart as well.
 */

/** For Plot's scale of colours. */
export const SERIES_COLOURS: readonly string[] = ['--accent', '--series-2', '--series-3'].map(
  (name) => `var(${name})`,
)

/**
 * What is read while models train: how many sentences, gaps and guesses, and how often.
 */

/** Sentences are read every so many steps, before the first and after the last. */
export const READ_EVERY = 50
/** Sentences that one can choose from. */
export const SENTENCES = 4
/** Gaps in each. */
export const GAPS = 4
/** Guesses for each gap. */
export const BEST = 3

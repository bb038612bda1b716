/**
 * The version of the suite: raised when cases are added or changed, so that two reports can be
 * compared only when they mean the same thing.
 */

/** The version of the conformance suite. */
export const SUITE_VERSION = '1.5.0'

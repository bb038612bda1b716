/**
 * The versions that this page was built from.
 */
declare const ROPE_VERSIONS: Readonly<Record<string, string>>

/** Versions by package name. */
export const VERSIONS: Readonly<Record<string, string>> = ROPE_VERSIONS

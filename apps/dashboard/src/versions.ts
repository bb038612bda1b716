/**
 * The versions that this page was built from.
 */
declare const ROPE_VERSIONS: Readonly<Record<string, string>>

declare const ROPE_PEERS: readonly string[]

/** Libraries of others that this page was built with. */
export const BUILT_PEERS: readonly string[] = ROPE_PEERS

declare const ROPE_SUITE_VERSION: string

/** The version of the conformance suite that comes with them. */
export const SUITE_VERSION: string = ROPE_SUITE_VERSION

/** Versions by package name. */
export const VERSIONS: Readonly<Record<string, string>> = ROPE_VERSIONS

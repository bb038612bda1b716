/**
 * The libraries of others that the page was built with: none, unless the build puts them here
 * (`scripts/peers-plugin.ts`).
 */
import type { BuiltPeers } from './peers.js'

/** Such libraries by name. */
export const PEERS: BuiltPeers = {}

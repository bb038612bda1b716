/**
 * The module that `scripts/peers-plugin.ts` makes: the libraries of others that the page was built
 * with.
 */
declare module 'virtual:peers' {
  export const PEERS: import('./peers.js').BuiltPeers
}

/**
 * Readers of peers that a caller has made: what is there to be loaded, and what loading it gave.
 */
import { callable, having, orNull, type Reader, record, text } from '../readers.js'
import type { Peer, PeerEntry } from './peer.js'

const readEntryFields = record<PeerEntry>({ name: text, load: callable() })

/** A peer that can be loaded. */
export const readPeerEntry: Reader<PeerEntry> = (value, field) => {
  const { name, load } = readEntryFields(value, field)
  // Called as the method that it is.
  return { name, load: async () => Reflect.apply(load, value, []) }
}

const readWords = record<Pick<Peer, 'name' | 'version' | 'method'>>({
  ...{ name: text, version: orNull(text), method: text },
})
const withCalls = having<Peer>('refusal', 'open')

/** A peer that was loaded. */
export const readPeer: Reader<Peer> = (value, field) => {
  readWords(value, field)
  return withCalls(value, field)
}

/**
 * Peers: other ways to rotate on this machine, brought to one shape. A peer promises a bound, not
 * bits, and is checked by it before it is timed.
 */
import type { RotationCase } from '../matrix/rotation-case.js'

/** Ready tables: cos and sin of every position from 0 to rows - 1, `rows * pairs` values each. */
export interface PeerTables {
  readonly cos: Float32Array
  readonly sin: Float32Array
  readonly rows: number
}

/** What a peer is given: dense float32 tensors in the case's layout, and tables. */
export interface PeerInput {
  readonly case: RotationCase
  readonly q: Float32Array
  readonly k: Float32Array
  readonly tables: PeerTables
  /** One thread, or as many as the peer likes. */
  readonly threads: 'one' | 'all'
}

/** A peer made ready for a case. */
export interface PeerCall {
  /** Called before each sample, outside of the time. */
  prepare?(): void | Promise<void>
  /** Rotates q and k, whose first token stands at `position`. */
  run(position: number): void | Promise<void>
  /** The result of the last call, in the case's layout. */
  read(): readonly [q: Float32Array, k: Float32Array]
  close?(): void | Promise<void>
}

/** Another implementation. */
export interface Peer {
  readonly name: string
  /** Package and version; null for code of this package. */
  readonly version: string | null
  /** What is timed, in one sentence, for the reader of a report. */
  readonly method: string
  /** Why it cannot run a case; null when it can. */
  refusal(rotation: RotationCase): string | null
  open(input: PeerInput): PeerCall | Promise<PeerCall>
}

/** A peer that can be loaded. */
export interface PeerEntry {
  readonly name: string
  /** Rejects when it is not installed; the message says how to add it. */
  load(): Promise<Peer>
}

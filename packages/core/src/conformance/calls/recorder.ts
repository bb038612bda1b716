/**
 * A backend that rotates nothing and remembers what it was asked: the rows of cos and sin that the
 * specification hands to any backend. They are compared with the exact oracle, and the model oracle
 * is run with them, since equality of bits needs equal rows.
 */
import type { Backend, Plan, Rotation } from '../../contract/backend.js'
import { DTYPES } from '../../numbers/dtype.js'

/** One call of a kernel. */
export interface RecordedCall {
  readonly plan: Plan
  readonly rotation: Rotation
}

/** A recording backend and what it has recorded. */
export interface Recorder {
  readonly backend: Backend
  /** The latest last; whoever has read them may take them away. */
  readonly calls: RecordedCall[]
}

function copyRotation(rotation: Rotation): Rotation {
  return { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
}

/** A recorder that accepts every plan. */
export function createRecorder(): Recorder {
  const calls: RecordedCall[] = []
  const backend: Backend = {
    specVersion: 1,
    name: 'recorder',
    device: 'cpu',
    capabilities: {
      dtypes: DTYPES,
      threads: 0,
      isa: null,
      maxElements: Infinity,
      sharedMemory: true,
    },
    supports: () => ({ ok: true }),
    compile: (plan) => ({
      run({ views: _views, rotation }) {
        calls.push({ plan, rotation: copyRotation(rotation) })
      },
    }),
    dispose() {},
  }
  return { backend, calls }
}

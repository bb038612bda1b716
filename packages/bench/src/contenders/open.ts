/**
 * From specs to contenders: one session per group holds its backends and its memory, and lets go
 * of both when the group is done.
 */

import type { DetectedBackend } from '@rope/auto/backends'
import { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { type LimitHooks, limitsOf } from '../limits/hooks.js'
import { PORTABLE_LIMITS } from '../limits/portable.js'
import type { BackendSpec, ContenderSpec, LimitSpec, PeerSpec } from '../matrix/group.js'
import type { Variant } from '../matrix/rotation-case.js'
import type { Peer } from '../peers/peer.js'
import { openBackend } from './backend-call.js'
import { openLimit, openPortableLimit } from './limit.js'
import { createGroupMemory } from './memory.js'
import type { Opened } from './opened.js'
import { openPeer } from './peer-call.js'

/** Who is there to be measured. */
export interface Participants {
  readonly backends: readonly DetectedBackend[]
  readonly peers: readonly Peer[]
}

/** The contenders of one group. */
export interface Session {
  /**
   * Makes a contender ready.
   *
   * @throws RopeError UNAVAILABLE or UNSUPPORTED, with the reason, when it cannot take part
   */
  open(spec: ContenderSpec): Promise<Opened>
  /** Closes every contender and disposes of every backend that was made. */
  close(): Promise<void>
}

/** Starts a session. */
export function createSession({ backends, peers }: Participants): Session {
  const memory = createGroupMemory()
  const made = new Map<string, Backend>()
  const opened: Opened[] = []

  const backendFor = async (name: string, threads: Variant['threads']): Promise<Backend> => {
    const key = `${name} ${threads}`
    const known = made.get(key)
    if (known !== undefined) return known
    const backend = await presentOf(name, backends).create({ threads })
    made.set(key, backend)
    return backend
  }
  const openers = {
    backend: async (spec: BackendSpec): Promise<Opened> =>
      openBackend(spec, await backendFor(spec.name, spec.variant.threads), memory),
    peer: async (spec: PeerSpec): Promise<Opened> => openPeer(spec, peerFor(spec, peers), memory),
    limit: async (spec: LimitSpec): Promise<Opened> => {
      if (spec.name === PORTABLE_LIMITS) return openPortableLimit(spec)
      const backend = await backendFor(spec.name, spec.variant.threads)
      const owner = spec.variant.memory === 'resident' ? backend : null
      return openLimit(spec, hooksOf(backend), owner, memory)
    },
  }
  return {
    async open(spec) {
      const contender = await openAny(spec, openers)
      opened.push(contender)
      return contender
    },
    async close() {
      for (const contender of opened.splice(0)) await contender.close?.()
      for (const backend of made.values()) backend.dispose()
      made.clear()
    },
  }
}

interface Openers {
  backend(spec: BackendSpec): Promise<Opened>
  peer(spec: PeerSpec): Promise<Opened>
  limit(spec: LimitSpec): Promise<Opened>
}

function openAny(spec: ContenderSpec, openers: Openers): Promise<Opened> {
  if (spec.kind === 'backend') return openers.backend(spec)
  return spec.kind === 'peer' ? openers.peer(spec) : openers.limit(spec)
}

function presentOf(
  name: string,
  backends: readonly DetectedBackend[],
): DetectedBackend & { readonly available: true } {
  const status = backends.find((candidate) => candidate.name === name)
  if (status?.available === true) return status
  // The long reason stands with the backend itself, once.
  const state = status === undefined ? 'was not asked for' : 'is not available here'
  throw new RopeError('UNAVAILABLE', `backend ${name} ${state}`, { field: name })
}

function hooksOf(backend: Backend): LimitHooks {
  const hooks = limitsOf(backend)
  if (hooks !== null) return hooks
  const { name } = backend
  throw new RopeError('UNAVAILABLE', `backend ${name} has no limits of its own to measure`, {
    field: name,
  })
}

function peerFor({ name, case: rotation }: PeerSpec, peers: readonly Peer[]): Peer {
  const peer = peers.find((candidate) => candidate.name === name)
  if (peer === undefined) {
    throw new RopeError('UNAVAILABLE', `peer ${name} takes no part`, { field: name })
  }
  const refusal = peer.refusal(rotation)
  if (refusal === null) return peer
  throw new RopeError('UNSUPPORTED', `peer ${name}: ${refusal}`, { field: name })
}

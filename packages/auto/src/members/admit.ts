/**
 * From an entry to a member that may be used: load, probe, create, self-test, all of it within a
 * bounded time, and whatever goes wrong becomes the reason why it cannot be used. Never rejects.
 */

import type { Backend, Probe } from '@rope/core/backend'
import { absenceOf, absenceText, loadAndProbe, refusalOf } from '../backends/detect.js'
import type { BackendEntry, CreateOptions } from '../backends/entry.js'
import { messageOf } from '../messages.js'
import { TimeLimitError, withLimit } from '../platform/timers.js'
import type { Member } from './member.js'

/** How to look at a backend. */
export interface DetectOptions extends CreateOptions {
  /** Milliseconds until a backend that does not answer counts as unavailable. */
  readonly limit: number
  /** True accepts a GPU that is software on the CPU. */
  readonly allowSoftwareGpu: boolean
}

/** Loads and probes an entry, and makes its member ready if it passes its self-test. */
export async function detect(
  member: Member,
  entry: BackendEntry,
  options: DetectOptions,
): Promise<void> {
  // What arrives after the limit was not admitted, and is disposed of.
  let late = false
  const work = open(member, entry, options).then(async (backend) => {
    if (backend !== null && late) backend.dispose()
    else if (backend !== null) await examine(member, backend, () => late)
  })
  try {
    await withLimit(work, options.limit)
  } catch (error) {
    late = error instanceof TimeLimitError
    member.refuse(absenceText(absenceOf(error, entry)))
  }
}

/** Makes the member of a backend that the caller handed over ready if it passes its self-test. */
export async function detectValue(member: Member, backend: Backend, limit: number): Promise<void> {
  try {
    await withLimit(
      examine(member, backend, () => false),
      limit,
    )
  } catch (error) {
    member.refuse(messageOf(error))
  }
}

async function open(
  member: Member,
  entry: BackendEntry,
  options: DetectOptions,
): Promise<Backend | null> {
  const { device } = options
  const create: CreateOptions = device === undefined || entry.device === 'cpu' ? {} : { device }
  const { module, probe } = await loadAndProbe(entry, create)
  const refusal = whyNot(probe, options)
  member.facts = probe.facts
  if (refusal !== null) {
    module.discard?.()
    member.refuse(refusal)
    return null
  }
  return module.create(create)
}

function whyNot(probe: Probe, { allowSoftwareGpu, device }: DetectOptions): string | null {
  if (!probe.available) return absenceText(refusalOf(probe))
  // A device that the caller works on is the caller's choice.
  if (probe.facts.isSoftware !== true || allowSoftwareGpu || device !== undefined) return null
  return 'its adapter is software: a GPU that the CPU plays is slower than the CPU; allowSoftwareGpu: true accepts it'
}

async function examine(member: Member, backend: Backend, isLate: () => boolean): Promise<void> {
  if (backend.specVersion !== 1) {
    member.refuse(
      `it was written for version ${backend.specVersion} of the contract, and this is 1`,
    )
    return
  }
  // Loaded beside the backends: it is no part of what a page loads at first.
  const { selfTestAsync } = await import('../self-test/self-test.js')
  const outcome = await selfTestAsync(backend)
  if (isLate()) {
    backend.dispose()
    return
  }
  member.selfTest = outcome
  if (outcome.evidence === null) member.admit(backend)
  else member.quarantine(`its self-test failed: ${outcome.evidence}`)
}

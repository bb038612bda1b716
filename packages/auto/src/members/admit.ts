/**
 * From an entry to a member that may be used: load, probe, create, self-test, all of it within a
 * bounded time, and whatever goes wrong becomes the reason why it cannot be used. Never rejects.
 */

import { RopeError } from '@rope/core'
import type { Backend, Probe } from '@rope/core/backend'
import type { BackendEntry, BackendModule, CreateOptions } from '../backends/entry.js'
import { messageOf } from '../messages.js'
import { TimeLimitError, withLimit } from '../platform/timers.js'
import { selfTestAsync } from '../trust/self-test.js'
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
    member.refuse(reasonOf(error, entry, options.limit))
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
  const module: BackendModule = await entry.load()
  const { device } = options
  const create: CreateOptions = device === undefined || entry.device === 'cpu' ? {} : { device }
  const probe = await module.probe(create)
  const refusal = refusalOf(probe, options)
  member.facts = probe.facts
  if (refusal !== null) {
    module.discard?.()
    member.refuse(refusal)
    return null
  }
  return module.create(create)
}

function refusalOf(probe: Probe, { allowSoftwareGpu, device }: DetectOptions): string | null {
  if (!probe.available) return probe.reason ?? 'it gave no reason'
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
  const outcome = await selfTestAsync(backend)
  if (isLate()) {
    backend.dispose()
    return
  }
  member.selfTest = outcome
  if (outcome.evidence === null) member.admit(backend)
  else member.quarantine(`its self-test failed: ${outcome.evidence}`)
}

/** Why a package that could not be used could not. */
function reasonOf(error: unknown, { packageName }: BackendEntry, limit: number): string {
  if (error instanceof TimeLimitError) return `it did not answer within ${limit} ms`
  if (isMissing(error, packageName)) {
    return `${packageName} is not installed, or a bundler left it out; run: npm install ${packageName}`
  }
  if (RopeError.isInstance(error)) return error.message
  return `${packageName} does not load here: ${messageOf(error)}`
}

/** Codes and words by which runtimes and bundlers say that there is no such module. */
const MISSING_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']
const MISSING_WORDS =
  /cannot find (?:module|package)|failed to resolve module|bare specifier|does not resolve to a valid URL|not prefixed with|not a dependency/i

/** True when the package itself is absent, and not something inside it. */
function isMissing(error: unknown, packageName: string): boolean {
  const message = messageOf(error)
  const code = (error as { readonly code?: unknown } | null)?.code
  const isNamed = message.includes(packageName)
  if (MISSING_CODES.includes(code)) return isNamed
  return MISSING_WORDS.test(message) && isNamed
}

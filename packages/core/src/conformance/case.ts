/**
 * What a conformance case is: a stable id and a function that judges a subject. Types, and the two
 * ways out of a case besides passing. Every other file of the suite imports this one.
 */

import type { RopeConfig } from '../config/config.js'
import type { Backend } from '../contract/backend.js'
import type { Rope, RopeContext } from '../rope/rope.js'

/** The four kinds of evidence. Every id starts with its family. */
export type Family = 'values' | 'golden' | 'properties' | 'contract'

/** How a rope is made from a config: core's `createRope`, or that of whoever is being tested. */
export type MakeRope = (config: RopeConfig, context: RopeContext) => Rope | Promise<Rope>

/** Who is being tested. */
export interface ConformanceSubject {
  readonly name: string
  /** Its capabilities decide what it must do and what it must refuse. */
  readonly backend: Backend
  /** Core's own when absent. */
  readonly createRope?: MakeRope
  /** A second backend of the same kind, which the suite disposes; without it that is not tested. */
  readonly createBackend?: () => Backend | Promise<Backend>
}

/** `unsupported` means: the subject does not claim it, and refused it as the contract says. */
export type Status = 'passed' | 'failed' | 'unsupported'

/** What became of one case. */
export interface Outcome {
  readonly status: Status
  /** Why it failed, or what is not supported. */
  readonly message?: string
  /** Largest error against truth, relative to the norm of the pair, where the case has one. */
  readonly error?: number
}

/** One case. Cases share nothing: any subset may run, in any order. */
export interface ConformanceCase {
  /** Such as `values/half/float16/bhsd/window=leading`; the same in every version of the suite. */
  readonly id: string
  readonly family: Family
  /** Judges the subject; never rejects. */
  run(subject: ConformanceSubject): Promise<Outcome>
}

/** The outcome of a case together with which case it was. */
export interface ConformanceResult extends Outcome {
  readonly id: string
  readonly family: Family
}

/** The judgement of a case so far: bodies report errors here. */
export interface Trial {
  readonly subject: ConformanceSubject
  readonly backend: Backend
  /** Notes an error against truth, relative to the norm of its pair. */
  observe(error: number): void
}

/** Thrown by a body when the subject does what it must not, or not what it must. */
export class ConformanceFailure extends Error {}

/** Thrown by a body when the subject does not claim what the case needs, and refuses it properly. */
export class NotSupported extends Error {}

/** Fails the case. */
export function fail(message: string): never {
  throw new ConformanceFailure(message)
}

/** Ends the case as unsupported. */
export function unsupported(message: string): never {
  throw new NotSupported(message)
}

/** Fails the case unless `condition` holds. */
export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) fail(message())
}

function messageOf(error: unknown): string {
  if (error instanceof ConformanceFailure) return error.message
  return error instanceof Error ? `unexpected ${error.name}: ${error.message}` : String(error)
}

/**
 * Tries variants of one thing within a case. A failure says which variant it was.
 *
 * @param variants each with what a message calls it
 */
export async function tryEach<Variant>(
  variants: Readonly<Record<string, Variant>>,
  attempt: (variant: Variant, name: string) => void | Promise<void>,
): Promise<void> {
  for (const [name, variant] of Object.entries(variants)) {
    try {
      await attempt(variant, name)
    } catch (error) {
      if (error instanceof NotSupported) throw error
      fail(`${name}: ${messageOf(error)}`)
    }
  }
}

/** Makes a case of a body that returns when the subject is right and throws when it is not. */
export function defineCase(
  family: Family,
  path: string,
  body: (trial: Trial) => void | Promise<void>,
): ConformanceCase {
  async function run(subject: ConformanceSubject): Promise<Outcome> {
    let worst: number | undefined
    const observe = (error: number): void => {
      worst = Math.max(worst ?? 0, error)
    }
    const measured = (): { readonly error?: number } =>
      worst === undefined ? {} : { error: worst }
    try {
      await body({ subject, backend: subject.backend, observe })
      return { status: 'passed', ...measured() }
    } catch (error) {
      const message = messageOf(error)
      if (error instanceof NotSupported) return { status: 'unsupported', message }
      return { status: 'failed', message, ...measured() }
    }
  }
  return { id: `${family}/${path}`, family, run }
}

/**
 * What the page asks the worker of the conformance suite for, and what it reports: plain data.
 */
import type { ConformanceReport } from '@rope/core/conformance'

/** Parts of the suite that can be run alone, by how their ids begin. */
export const PARTS = ['all', 'values', 'golden', 'properties', 'contract'] as const

/** A part of the suite. */
export type Part = (typeof PARTS)[number]

/** One backend against one part of the suite. */
export interface ConformanceRequest {
  readonly backend: string
  readonly part: Part
}

/** How far a run has come. */
export interface ConformanceCounts {
  /** Cases of the part. */
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly unsupported: number
}

/** What the worker reports. */
export type ConformanceMessage =
  | { readonly type: 'counts'; readonly counts: ConformanceCounts }
  | { readonly type: 'report'; readonly report: ConformanceReport }

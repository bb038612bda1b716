/**
 * @rope/core/conformance: whether a backend does what the specification says. Runs anywhere, needs
 * no test runner, and ships with the specification so that the two cannot drift apart.
 */
export type {
  ConformanceCase,
  ConformanceResult,
  ConformanceSubject,
  Family,
  MakeRope,
  Outcome,
  Status,
} from './case.js'
export { type CaseFilter, type CaseOptions, conformanceCases } from './cases.js'
export { type DefineOptions, defineConformance, type TestFunctions } from './define.js'
export type { ConformanceReport, ReportedFailure, WorstError } from './report.js'
export { conformanceResults, type RunOptions, runConformance } from './run.js'
export { SUITE_VERSION } from './version.js'

/**
 * Checks the repository from the command line; exits with 1 when a rule is broken.
 */
import { fileURLToPath } from 'node:url'
import { checkRepository, report } from './check.mjs'

const findings = checkRepository(fileURLToPath(new URL('../../', import.meta.url)))
console.log(report(findings))
process.exitCode = findings.some(({ problems }) => problems.length > 0) ? 1 : 0

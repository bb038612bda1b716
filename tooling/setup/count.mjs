/**
 * From what the tools report to how many checks passed and failed. Whatever is unclear counts as a
 * failure: a file that could not be loaded, an error outside every test, a run without tests.
 */

/**
 * @typedef {object} Result what one step of `npm test` found
 * @property {number} passed
 * @property {number} failed
 * @property {string} note a few words for the person who reads
 * @property {string} [output] what the tool said, shown when something failed
 */

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is read
 * @property {readonly { status: string, assertionResults: readonly { status: string }[] }[]} testResults
 */

/**
 * Counts a vitest report.
 * @param {VitestReport} report
 * @param {number} exitCode of the run that wrote it
 * @returns {Result}
 */
export function countVitest(report, exitCode) {
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const skipped = tests.filter(({ status }) =>
    ['skipped', 'pending', 'todo'].includes(status),
  ).length
  const broken = report.testResults.filter(isBroken).length
  const failed = tests.length - passed - skipped + broken
  const note = `${tests.length} tests in ${report.testResults.length} files`
  return {
    passed,
    failed: exitCode !== 0 || passed === 0 ? Math.max(1, failed) : failed,
    note: skipped === 0 ? note : `${note}, ${skipped} skipped`,
  }
}

/**
 * A file that failed although none of its tests did: it could not be loaded, or a hook threw.
 * @param {VitestReport['testResults'][number]} file
 */
function isBroken(file) {
  return (
    file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')
  )
}

/**
 * The sum over all steps.
 * @param {readonly Result[]} results
 */
export function addUp(results) {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
  }
}

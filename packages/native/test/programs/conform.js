/**
 * The conformance suite on every instruction set that its arguments name, or on all; fails when a
 * case does. For runs under sanitizers, which a test runner would only slow down.
 */
import { runConformance } from '@rope/core/conformance'
import { createNativeBackend, probeNative } from '@rope/native'

const here = String(probeNative().facts.instructionSets).split(', ')
const wanted = process.argv.length > 2 ? process.argv.slice(2) : here
for (const isa of wanted) {
  const createBackend = () => createNativeBackend({ isa })
  const { cases, passed, failed, failures } = await runConformance(createBackend(), {
    createBackend,
  })
  for (const { id, message } of failures) process.stderr.write(`${isa} ${id}: ${message}\n`)
  if (failed > 0 || passed < 1000) process.exitCode = 1
  process.stdout.write(`${isa}: ${passed} of ${cases} cases passed, ${failed} failed\n`)
}

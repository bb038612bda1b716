/**
 * Ends in the way that its argument says, with the pool alive and perhaps at work.
 */
import { createNativeBackend } from '@rope/native'
import { checkRotated, createCall, shared } from './work.js'

const backend = createNativeBackend({ threads: 4 })
const call = createCall(4096)
backend.compile(call.plan).run(call)
checkRotated(call)

const long = createCall(65536, shared)
const start = () => backend.compile(long.plan).runAsync(long)

const ENDS = {
  end: () => {},
  exit: () => process.exit(3),
  'end with a call under way': () => {
    start().then(() => {
      checkRotated(long)
      process.exitCode = 4
    })
  },
  'exit with a call under way': () => {
    start()
    process.exit(5)
  },
  'throw with a call under way': () => {
    start()
    throw new Error('as planned')
  },
}
ENDS[process.argv[2]]()

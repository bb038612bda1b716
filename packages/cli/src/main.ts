/**
 * The executable: hands the process to `run` and takes its exit code.
 * The code is set, not forced: output that is still on its way to a pipe arrives.
 */
import { run } from './cli.js'
import { reportFailure } from './failure.js'
import { processIo } from './process-io.js'

const io = processIo()
process.on('uncaughtException', (error) => {
  process.exit(reportFailure(error, io))
})
process.exitCode = await run(process.argv.slice(2), io)

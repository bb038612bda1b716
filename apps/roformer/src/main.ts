/**
 * The executable: hands the process to the program, or trains one variant for another process of
 * it. The app's data lies beside this file's folder, in the sources as in the build.
 */
import { fileURLToPath } from 'node:url'
import { runRoformer } from './roformer.js'
import { inProcesses, serveAsWorker } from './runs/processes.js'

const APP = fileURLToPath(new URL('../', import.meta.url))

// A reader that has seen enough (`roformer | head`) ends the run, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

if (process.argv[2] === 'worker' && process.send !== undefined) {
  await serveAsWorker(`${APP}data/`)
} else {
  process.exitCode = await runRoformer(process.argv.slice(2), {
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    workers: inProcesses(fileURLToPath(import.meta.url)),
    appFolder: APP,
  })
}

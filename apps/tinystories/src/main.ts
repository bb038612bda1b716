/**
 * The executable: hands the process to the program. The model's folder lies beside this file's,
 * in the sources as in the build, so that the working directory does not matter.
 */
import { fileURLToPath } from 'node:url'
import colors from 'picocolors'
import { runTinystories } from './tinystories.js'

// A reader that has seen enough (`tinystories | head -c 100`) ends the story, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
// Without a reader of the notes, the story goes on.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runTinystories(process.argv.slice(2), {
  writeOut: (text) => void process.stdout.write(text),
  writeErr: (text) => void process.stderr.write(text),
  style: colors.createColors(process.stderr.isTTY && process.stderr.hasColors()).dim,
  modelFolder: fileURLToPath(new URL('../model/', import.meta.url)),
})

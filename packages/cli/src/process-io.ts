/**
 * The outside world of the running process: its streams, its standard input, its environment.
 */
import { fileError } from './files/file-error.js'
import type { Io, Sink } from './io.js'

/** The world of the running process. */
export function processIo(): Io {
  return {
    stdout: streamSink(process.stdout, 'standard output'),
    stderr: streamSink(process.stderr, 'standard error'),
    env: process.env,
    readStdin,
  }
}

/**
 * A sink over a process stream. When the reader goes away (`rope doctor | head -1`) the rest is
 * dropped in silence: the command still finishes its work and reports its own exit code.
 */
function streamSink(stream: NodeJS.WriteStream, name: string): Sink {
  let open = true
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw fileError('write', name, error)
    open = false
  })
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      // Some terminals say 0 when they do not know.
      return stream.columns || 80
    },
    write(text) {
      if (open) stream.write(text)
    },
  }
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > limit) break
  }
  return Buffer.concat(chunks)
}

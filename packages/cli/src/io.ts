/**
 * Everything a command may see of the outside world: two streams, standard input and the
 * environment. Commands write through it only, so that tests run them in-process.
 */
import { fileError } from './files/file-error.js'

/** One output stream. */
export interface Sink {
  /** True on a terminal: colours and live lines are welcome there. */
  readonly isTTY: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number
  /** Writes text as it is. */
  write(text: string): void
}

/** The outside world of one run. */
export interface Io {
  /** Results go here, and nothing else. */
  readonly stdout: Sink
  /** Progress, notes and errors go here. */
  readonly stderr: Sink
  /** Environment variables; NO_COLOR, FORCE_COLOR, TERM and ROPE_DEBUG are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The bytes of standard input up to its end, or up to and including the byte after `limit`. */
  readStdin(limit: number): Promise<Uint8Array>
}

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

/**
 * `rope dashboard`: serves the benchmark dashboard on this machine until it is interrupted.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.js'
import { helpNotes } from '../help.js'

/** Always the same, since a browser keeps a page's history by its address, the port included. */
const PORT = 4757

/** Adds `dashboard` to the program. */
export function addDashboard(program: Command, context: Context): void {
  program
    .command('dashboard')
    .description('serve the benchmark dashboard to a browser on this machine')
    .addOption(
      new Option('--port <n>', 'where it listens; 0 for any port that is free')
        .default(PORT)
        .argParser(parsePort),
    )
    .addHelpText(
      'after',
      helpNotes([
        ['rope dashboard', 'and open the address that it prints'],
        ['rope dashboard --port 0', 'beside another one'],
      ]),
    )
    .action(({ port }: { readonly port: number }) => dashboard(port, context))
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65535) return port
  throw new InvalidArgumentError('Accepted: a whole number from 0 to 65535.')
}

async function dashboard(port: number, { io }: Context): Promise<void> {
  // Loaded here, so that no other command pays for a server.
  const { pageFolder } = await import('../dashboard/page-folder.js')
  const { serveDashboard } = await import('../dashboard/serve.js')
  const server = await serveDashboard(pageFolder(), port)
  io.stdout.write(`${server.url}\n`)
  io.stderr.write('The dashboard is served there, to this machine alone; Ctrl+C ends it.\n')
  await interrupted()
  await server.close()
}

/** Resolves at the first wish that the process end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

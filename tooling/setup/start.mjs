/**
 * `npm start`: everything this project does, in one go. Sets up what is missing, then shows which
 * backends exist here, that each one passes conformance, and a model telling a story with it.
 */
import { ensureBuilt } from './build.mjs'
import { runAloud } from './child.mjs'
import { ensureInstalled } from './install.mjs'
import { say, secondsSince } from './say.mjs'
import { builtCommand } from './workspace.mjs'

/** The tour, in order: what the person reads, and the command that shows it. */
const TOUR = [
  {
    line: 'rope doctor: which backends can run on this machine',
    name: '@rope/cli',
    args: ['doctor'],
  },
  {
    line: 'rope verify: every one of them passes conformance',
    name: '@rope/cli',
    args: ['verify'],
  },
  {
    line: 'tinystories: a real model, every q and k rotated by this library',
    name: '@rope/tinystories',
    args: [],
  },
]

/** Runs the tour to its end, even past a failure; fails when any part did. */
export async function start() {
  const started = Date.now()
  if (!(await ensureInstalled())) say('dependencies: installed already')
  const { packages, cached } = await ensureBuilt()
  if (cached === packages) say(`build: all ${packages} packages are up to date`)
  for (const { line, name, args } of TOUR) {
    say(`\n> ${line}\n`)
    const code = await runAloud([builtCommand(name), ...args])
    if (code !== 0) {
      say(`that failed with exit code ${code}`)
      process.exitCode = 1
    }
  }
  say(`\nDone in ${secondsSince(started)}. Next: npm test, or npm run -s rope -- --help`)
  say('And to see on this device which backend is right and fast, with charts: npm run dashboard')
}

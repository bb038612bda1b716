/**
 * The commands behind the npm scripts, by name. Plain Node without dependencies: this code runs
 * before anything is installed, and loads only what its command needs.
 */

/** @type {Readonly<Record<string, (args: string[]) => Promise<void>>>} */
const COMMANDS = {
  start: async () => (await import('./start.mjs')).start(),
  test: async () => (await import('./test.mjs')).test('test'),
  'test:consumers': async () => (await import('./test.mjs')).test('test:consumers'),
  'test:everything': async () => (await import('./test.mjs')).test('test:everything'),
  release: async (args) => (await import('../release/release.mjs')).release(args),
  rope: async (args) => (await import('./run.mjs')).runBuiltCommand('@rope/cli', args),
  dashboard: async (args) => (await import('./run.mjs')).runDashboard(args),
  tinystories: async (args) =>
    (await import('./run.mjs')).runBuiltCommand('@rope/tinystories', args),
  roformer: async (args) => (await import('./run.mjs')).runBuiltCommand('@rope/roformer', args),
  'tinystories:web': async (args) =>
    (await import('./run.mjs')).servePage('@rope/tinystories', args),
  'roformer:web': async (args) => (await import('./run.mjs')).servePage('@rope/roformer', args),
}

/**
 * Runs one command with the arguments that followed it; sets `process.exitCode`.
 * @param {string} name
 * @param {string[]} args
 */
export async function run(name, args) {
  const command = COMMANDS[name]
  if (command === undefined) {
    throw new Error(`unknown command ${name}; known: ${Object.keys(COMMANDS).join(', ')}`)
  }
  await command(args)
}

/**
 * The Zig compiler, which makes binaries for every platform on any: a tool of the release, never of
 * users. PyPI has it as `ziglang`; ROPE_ZIG names another command.
 */
import { spawnSync } from 'node:child_process'

/** Tried in this order when ROPE_ZIG says nothing. */
const COMMANDS = [['zig'], ['python3', '-m', 'ziglang'], ['python', '-m', 'ziglang']]

/**
 * The command for Zig and its first arguments, or what is missing.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {{ readonly zig: readonly string[], readonly version: string } | { readonly missing: string }}
 */
export function findZig({ ROPE_ZIG } = process.env) {
  const commands = ROPE_ZIG ? [ROPE_ZIG.trim().split(/\s+/)] : COMMANDS
  for (const zig of commands) {
    const [command = '', ...first] = zig
    const { status, stdout } = spawnSync(command, [...first, 'version'], { encoding: 'utf8' })
    if (status === 0) return { zig, version: stdout.trim() }
  }
  const tried = commands.map((words) => words.join(' ')).join(', ')
  return { missing: `no Zig compiler (tried ${tried}); run: pip install ziglang, or set ROPE_ZIG` }
}

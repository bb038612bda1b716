/**
 * Runs the command in-process against a made-up world, and makes the files it reads.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendEntry } from '@rope/auto/backends'
import { onTestFinished } from 'vitest'
import { run } from '../src/cli.js'
import type { Io, Sink } from '../src/io.js'

/** What a run of the command left behind. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The world of a run; a pipe with an empty environment when nothing is said. */
export interface World {
  readonly tty?: boolean
  readonly env?: Io['env']
  readonly stdin?: string | Uint8Array
  readonly backends?: readonly BackendEntry[]
}

/** A sink that keeps what was written. */
export class Recording implements Sink {
  readonly isTTY: boolean
  readonly columns = 100
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}

/** Runs one command line. */
export async function rope(argv: readonly string[], world: World = {}): Promise<Outcome> {
  const stdout = new Recording(world.tty === true)
  const stderr = new Recording(world.tty === true)
  const io: Io = {
    stdout,
    stderr,
    env: world.env ?? {},
    readStdin: async () => Buffer.from(world.stdin ?? ''),
  }
  const code = await run(argv, io, world.backends)
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** A folder of its own for the running test, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rope-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Writes a config.json into a folder of its own and returns its path. */
export function configFile(config: unknown): string {
  const path = join(temporaryFolder(), 'config.json')
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config))
  return path
}

/** A Llama with heads of 8 channels. */
export const SMALL_LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  num_attention_heads: 8,
  head_dim: 8,
  max_position_embeddings: 512,
  rope_theta: 10000,
}

/** A model with two kinds of layers. */
export const TWO_PROFILES = {
  model_type: 'gemma3_text',
  hidden_size: 64,
  num_attention_heads: 8,
  head_dim: 8,
  max_position_embeddings: 4096,
  rope_parameters: {
    full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1000000 },
    sliding_attention: { rope_type: 'default', rope_theta: 10000 },
  },
}

/** The lines of a text, without the empty one behind the last line feed. */
export function lines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

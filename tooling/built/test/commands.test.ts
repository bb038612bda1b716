/**
 * The built commands as `npm run -s` starts them: standard output is theirs alone, and so are the
 * exit code and the signals.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'

const MAIN = join(ROOT, 'tooling/setup/main.cjs')
const folder = mkdtempSync(join(tmpdir(), 'rope commands '))
afterAll(() => rmSync(folder, { recursive: true }))

function run(...args: readonly string[]): {
  status: number | null
  stdout: string
  stderr: string
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('rope', () => {
  test('inspect --json prints JSON and nothing else', () => {
    const config = join(folder, 'config.json')
    writeFileSync(
      config,
      JSON.stringify({
        model_type: 'llama',
        hidden_size: 256,
        num_attention_heads: 4,
        rope_theta: 10000,
        max_position_embeddings: 2048,
      }),
    )
    const { status, stdout } = run('rope', 'inspect', config, '--json')
    expect(status).toBe(0)
    const { profiles } = JSON.parse(stdout)
    expect(profiles[0].inverseFrequencies).toHaveLength(32)
  })

  test('bad input passes its exit code through', () => {
    const { status, stdout, stderr } = run('rope', 'inspect', 'no such file')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('no such file')
  })

  test('a signal ends it', async () => {
    const child = spawn(process.execPath, [MAIN, 'rope', 'verify', '--json'])
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
  })
})

test('tinystories prints the prompt and the story, and nothing else', () => {
  const { status, stdout, stderr } = run(
    'tinystories',
    '--prompt',
    'Once upon a time',
    '--tokens',
    '20',
  )
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Once upon a time, there was/)
  expect(stderr).not.toBe('')
})

/**
 * The built commands as `npm run -s` starts them: standard output is theirs alone, and so are the
 * exit code and the signals.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
})

describe('tinystories', () => {
  test('prints the prompt and the story, and nothing else', () => {
    const prompt = 'Once upon a time'
    const { status, stdout, stderr } = run('tinystories', '--prompt', prompt, '--tokens', '20')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Once upon a time, there was/)
    expect(stderr).not.toBe('')
  })

  test('ends in mid-story when it gets a signal', async () => {
    const child = spawn(process.execPath, [MAIN, 'tinystories', '--tokens', '512'])
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
  })
})

describe('dashboard', () => {
  test('builds the page, serves it isolated, measures in Node, and ends when it is interrupted', async () => {
    const child = spawn(process.execPath, [MAIN, 'dashboard', '--port', '0'], { cwd: folder })
    const closed = once(child, 'close')
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const address = String(line).trim()
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const response = await fetch(address)
    expect(await response.text()).toContain('<title>rope dashboard</title>')
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const run = await fetch(`${address}api/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        cases: ['llama-3-8b/1/float32/half/bshd/in-place'],
        backends: ['native', 'js'],
        peers: false,
      }),
    })
    const lines = (await run.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ type }) => type)).toEqual(['progress', 'result', 'done'])
    expect(lines[1].result.machine.engine).toMatch(/^Node /)
    child.kill('SIGINT')
    expect(await closed).toEqual([0, null])
  })
})

describe('roformer', () => {
  test('trains in processes of its own, measures on our kernels, and writes where it is told', () => {
    const { status, stdout, stderr } = run('roformer', '--steps', '1', '--out', 'of one step')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^rope +1 of 1 .*\((native|wasm|js)\)$/m)
    expect(readFileSync(join(folder, 'of one step', 'mlm.svg'), 'utf8')).toContain('sinusoidal')
  })

  test('bad input passes its exit code through', () => {
    const { status, stdout, stderr } = run('roformer', 'train')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('train')
  })
})

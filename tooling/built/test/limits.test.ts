/**
 * The built packages under a memory limit: calls that state huge sizes and hold nothing, and calls
 * that make lists as long as they may be. Each program has a small heap, is killed after a deadline,
 * and says itself how much memory it had at most.
 */
import { spawnSync } from 'node:child_process'
import { probeNative } from '@rope/native'
import { expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'

/** Milliseconds; each program takes a second or two. */
const DEADLINE = 60_000

const COMMON = `
  import { createRope, resolveConfig, RopeError } from '@rope/core'
import { gridPositions, sequencePositions } from '@rope/core/positions'
import { shardOf } from '@rope/core/parallel'
import { toOnnx } from '@rope/core/onnx'
  const config = resolveConfig({ headDim: 8, pairing: 'half', schedule: { type: 'default', base: 10000 } })
  const refused = (act) => {
    try { act() } catch (error) { if (RopeError.isInstance(error)) return; throw error }
    throw new Error('accepted: ' + act)
  }
`

const EMPTY = `
  const HUGE = Number.MAX_SAFE_INTEGER
  for (const shape of [[1, HUGE, 0, 8], [HUGE, HUGE, 0, 8], [0, HUGE, HUGE, 8], [HUGE, 0, 1, 8]]) {
    const q = { data: new Float32Array(0), shape, layout: 'bshd' }
    for (const positions of [7, -7n, { axes: [7] }]) {
      rope.rotate({ q, k: q, positions })
      rope.rotate({ q, out: { q }, positions, inverse: true })
      await rope.rotateAsync({ q, positions })
      rope.at(positions).rotate({ q })
      rope.shift(q, positions)
      rope.rerope(q, { positions }, { positions: 3 })
    }
    rope.bind({ q }).rotate(5)
    refused(() => rope.rotate({ q, positions: [1, 2, 3] }))
    refused(() => rope.rotate({ q, positions: { sequenceLengths: [3] } }))
  }
`

/** Programs by what they do, with the MiB that each may take: 50 of them are Node's own. */
const PROGRAMS: readonly (readonly [name: string, mebibytes: number, program: string])[] = [
  // Without a compiler there is no addon to call.
  ...['js', 'wasm', ...(probeNative().available ? ['native'] : [])].map((backend) => {
    const create = `create${backend[0]?.toUpperCase()}${backend.slice(1)}Backend`
    const open = `import { ${create} } from '@rope/${backend}'
      const rope = createRope(config, { backend: await ${create}() })`
    return [`calls without elements on ${backend}`, 256, open + EMPTY] as const
  }),
  [
    'calls without elements through auto',
    256,
    `import { createRope as open } from '@rope/auto'
     const rope = await open(config)${EMPTY}`,
  ],
  [
    'the longest shard',
    400,
    `const { indices } = shardOf({ sharding: 'zig-zag', ranks: 1, rank: 0, tokens: 2 ** 26 })
     if (indices[2 ** 26 - 1] !== 2 ** 26 - 1) throw new Error('wrong')
     refused(() => shardOf({ sharding: 'striped', ranks: 1, rank: 0, tokens: 2 ** 31 - 1 }))`,
  ],
  [
    'the largest grid and the longest prompt',
    500,
    `const side = new Float64Array(2896)
     if (gridPositions([side, side]).axes[1].length !== 2896 ** 2) throw new Error('wrong')
     const frames = new Float64Array(2 ** 10)
     const video = { kind: 'vision', rows: 64, columns: 64, frames }
     if (sequencePositions([video]).row.length !== 2 ** 22) throw new Error('wrong')`,
  ],
  [
    'the longest caches',
    700,
    `const { shape } = toOnnx(config, { length: 2 ** 24 })
     if (shape[0] !== 2 ** 24) throw new Error('wrong')
     refused(() => toOnnx(config, { length: 2 ** 24 + 1 }))`,
  ],
]

test.each(PROGRAMS)(
  '%s within %d MiB',
  (_, mebibytes, program) => {
    const report = 'process.stdout.write(String(process.resourceUsage().maxRSS))'
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=256', '--input-type=module', '-e', `${COMMON}${program}\n${report}`],
      { cwd: ROOT, encoding: 'utf8', timeout: DEADLINE, killSignal: 'SIGKILL' },
    )
    expect([signal, status, stderr]).toEqual([null, 0, ''])
    expect(Number(stdout) / 1024).toBeLessThan(mebibytes)
  },
  120_000,
)

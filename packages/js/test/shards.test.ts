/**
 * Context parallelism for real: a long sequence over several processes, each rotating its own shard
 * only. What they send back, put together, is the whole rotated at once, bit for bit.
 */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRope, type Positions, type RopeOptions, sectionAxes } from '@rope/core'
import { putShard, SHARDINGS, shardOf, shardPositions, takeShard } from '@rope/core/parallel'
import { describe, expect, test } from 'vitest'
import { createJsBackend } from '../src/index.js'

const RANKS = 3
const TOKENS = 20_000
const HEADS = 2
const HEAD_DIM = 16
const WIDTH = HEADS * HEAD_DIM
const PROGRAM = fileURLToPath(new URL('programs/rotate-shard.js', import.meta.url))
const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url))

const TEXT: RopeOptions = {
  headDim: HEAD_DIM,
  pairing: 'half',
  schedule: { type: 'default', base: 500000 },
}
const VIDEO: RopeOptions = { ...TEXT, axes: sectionAxes([4, 2, 2]) }

interface Message {
  readonly config: RopeOptions
  readonly data: Float32Array
  readonly shape: readonly number[]
  readonly positions: Positions
}

interface Answer {
  readonly data: Float32Array
  readonly pid: number
}

function rotateElsewhere(message: Message): Promise<Answer> {
  const child = fork(PROGRAM, { serialization: 'advanced', execArgv: [] })
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined
    child.once('message', (message) => {
      answer = message as Answer
    })
    child.once('exit', (code) => {
      if (answer !== undefined && code === 0) resolve(answer)
      else reject(new Error(`the process ended with ${code}`))
    })
    child.send(message)
  })
}

function rotated(config: RopeOptions, data: Float32Array, positions: Positions): Float32Array {
  const rope = createRope(config, { backend: createJsBackend(), layout: 'bshd' })
  const q = { data: data.slice(), shape: [1, TOKENS, HEADS, HEAD_DIM] }
  rope.rotate({ q, positions })
  return q.data
}

const PACKED = {
  sequenceLengths: [7001, 12_990],
  paddedLengths: [7004, 12_996],
  offsets: [0, 131_072],
}
const FRAMES = Float64Array.from({ length: TOKENS }, (_, t) => Math.floor(t / 400) / 2)
const ROWS = Int32Array.from({ length: TOKENS }, (_, t) => Math.floor((t % 400) / 20))
const COLUMNS = Int32Array.from({ length: TOKENS }, (_, t) => t % 20)

const CASES = [
  { what: 'one sequence', config: TEXT, tokens: TOKENS, positions: 1_000_000 },
  {
    what: 'packed sequences with padding',
    config: TEXT,
    tokens: PACKED.paddedLengths,
    positions: PACKED,
  },
  {
    what: 'time, rows and columns',
    config: VIDEO,
    tokens: TOKENS,
    positions: { axes: [FRAMES, ROWS, COLUMNS] },
  },
] as const

describe.skipIf(!existsSync(BUILT))(
  existsSync(BUILT) ? 'shards' : 'shards (skipped: the package is not built; run its build)',
  () => {
    const data = Float32Array.from({ length: TOKENS * WIDTH }, (_, i) => Math.sin(i))
    const whole = { data, tokens: TOKENS, width: WIDTH }

    test.each(CASES.flatMap((given) => SHARDINGS.map((sharding) => ({ ...given, sharding }))))(
      '$what, $sharding',
      async ({ config, tokens, positions, sharding }) => {
        const gathered = { ...whole, data: new Float32Array(data.length) }
        const processes = new Set<number>()
        const axes = 'axes' in config ? 3 : 1
        const ranks = Array.from({ length: RANKS }, async (_, rank) => {
          const shard = shardOf({ sharding, ranks: RANKS, rank, tokens })
          const answer = await rotateElsewhere({
            config,
            data: takeShard(whole, shard),
            shape: [1, shard.indices.length, HEADS, HEAD_DIM],
            positions: shardPositions(positions, shard, { tokens: TOKENS, axes }),
          })
          processes.add(answer.pid)
          putShard(gathered, shard, answer.data)
        })
        await Promise.all(ranks)
        expect(processes.size).toBe(RANKS)
        expect(processes).not.toContain(process.pid)
        const expected = rotated(config, data, positions)
        expect(Buffer.compare(bytes(gathered.data), bytes(expected))).toBe(0)
      },
    )
  },
)

function bytes({ buffer, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, 0, byteLength)
}

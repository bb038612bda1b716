/**
 * The rows that the specification hands to a backend, found by making a call on a backend that
 * only records. The model oracle is run with them, since equality of bits needs equal rows; what
 * makes that fair is that they are compared with exact rows first.
 */
import { BoundedMap } from '../../bounded-map.js'
import type { RopeConfig } from '../../config/config.js'
import type { DType } from '../../numbers/dtype.js'
import { createRope, type Rope } from '../../rope/rope.js'
import { check, fail } from '../case.js'
import { ROW_ERROR } from '../judge/accept.js'
import { logicalRows, type Rows } from '../judge/rows.js'
import { type Call, perform } from './perform.js'
import { createRecorder, type RecordedCall, type Recorder } from './recorder.js'

interface Recording {
  readonly recorder: Recorder
  readonly rope: Rope
}

/** Ropes over recorders, of calls that are over: their frequencies cost more than their calls. */
const recordings = new BoundedMap<string, Recording>(64)

function startRecording(config: RopeConfig): Recording {
  const recorder = createRecorder()
  return { recorder, rope: createRope(config, { backend: recorder.backend }) }
}

/** The call that core makes of a rope's. */
async function record(config: RopeConfig, call: Call): Promise<RecordedCall> {
  const key = JSON.stringify(config)
  const recording = recordings.get(key) ?? startRecording(config)
  const { recorder, rope } = recording
  recordings.delete(key)
  await perform(rope, 'cpu', call)
  const recorded = recorder.calls.splice(0).at(-1)
  recordings.set(key, recording)
  return recorded ?? fail('core asked its backend for nothing')
}

/** The rows of a call on tensors of a dtype, which must be as close to the exact ones as promised. */
export async function specifiedRows(
  config: RopeConfig,
  call: Call,
  dtype: DType,
  exact: Rows,
): Promise<Rows> {
  const { plan, rotation } = await record(config, call)
  const rows = logicalRows(plan, rotation)
  checkRows(rows, exact, rowError(config, dtype), dtype)
  return rows
}

/** How far rows may be off. Dense axes multiply one rotation per axis, each with the error of a row. */
export function rowError(config: RopeConfig, dtype: DType): number {
  if (dtype !== 'float64') return ROW_ERROR.float32
  // Rows of `angles: 'float32'` are float32 values whatever they rotate.
  if (config.angles === 'float32') return ROW_ERROR.float32
  const products = config.axes?.kind === 'dense' ? config.axes.weights.length : 1
  return products * ROW_ERROR.float64
}

function checkRows(rows: Rows, exact: Rows, tolerance: number, dtype: DType): void {
  for (let i = 0; i < exact.cos.length; i++) {
    const amplitude = Math.hypot(exact.cos[i] as number, exact.sin[i] as number)
    for (const name of ['cos', 'sin'] as const) {
      const distance = Math.abs((rows[name][i] as number) - (exact[name][i] as number))
      check(distance <= tolerance * amplitude, () => {
        const found = `${name} of row value ${i} is ${rows[name][i]}, truth ${exact[name][i]}`
        return `the specification's own ${dtype} rows are off: ${found}`
      })
    }
  }
}

/**
 * Zero sizes: nothing to rotate is nothing to do, not an error and not a write.
 */

import { resolveConfig } from '../../config/config.js'
import type { Tensor } from '../../plan/tensor.js'
import { needDType } from '../calls/numbers.js'
import { perform, subjectRope } from '../calls/perform.js'
import { RAW_CONTROL, type RawCall, runRaw } from '../calls/raw.js'
import { type ConformanceCase, defineCase, type Trial, tryEach } from '../case.js'
import { checkUnchanged, createArena, putTensor, snapshot } from '../memory/arena.js'
import { ordinaryElements } from '../memory/inputs.js'
import { placeTensor } from '../memory/placement.js'
import { seedOf } from '../memory/random.js'
import { KINDS } from '../values/values.js'

type Kind = (typeof KINDS)[number]

const EMPTY: Readonly<Record<string, Partial<RawCall>>> = {
  batch: { batch: 0, batchStride: 2 },
  tokens: { tokens: 0, batch: 2 },
  heads: { heads: [0] },
  'heads-of-first': { heads: [0, 3] },
  'heads-of-second': { heads: [3, 0] },
}

function kernelCase(
  name: string,
  change: Partial<RawCall>,
  [pairing, dtype]: Kind,
): ConformanceCase {
  const id = `zero-sizes/${name}=0/${pairing}/${dtype}`
  return defineCase('contract', id, async (trial) => {
    needDType(trial, dtype)
    const seed = seedOf(id)
    await tryEach({ 'in place': true, out: false }, (inPlace) =>
      runRaw(trial, { ...RAW_CONTROL, ...change, inPlace, pairing, dtype, seed }),
    )
  })
}

/** The same through a rope, whose tensors may have no memory at all. */
async function runRope(
  trial: Trial,
  [pairing, dtype]: Kind,
  shape: readonly number[],
): Promise<void> {
  needDType(trial, dtype)
  const [batch = 0, tokens = 0, heads = 0, headDim = 0] = shape
  const config = resolveConfig({ headDim, pairing, schedule: { type: 'default', base: 10000 } })
  const rope = await subjectRope(trial, config)
  const arena = createArena(trial.backend, dtype, 64, 1)
  const sizes = { batch, tokens, heads, headDim }
  const placement = placeTensor(sizes, 'bshd', 'dense')
  const { tensor } = putTensor(arena, placement, ordinaryElements(dtype, 0, 1))
  const none: Tensor = { ...tensor, data: arena.data.subarray(0, 0) }
  const before = snapshot(arena)
  for (const q of [tensor, none]) {
    await perform(rope, trial.backend.device, { via: 'direct', tensors: { q }, positions: 5 })
    checkUnchanged(arena, before, 'memory of an empty tensor')
  }
  rope.dispose()
}

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  batch: [0, 2, 3, 8],
  tokens: [2, 0, 3, 8],
  heads: [2, 2, 0, 8],
}

/** Every size that may be zero. */
export function zeroSizesCases(): readonly ConformanceCase[] {
  return KINDS.flatMap((kind) => [
    ...Object.entries(EMPTY).map(([name, change]) => kernelCase(name, change, kind)),
    defineCase('contract', `zero-sizes/rope/${kind.join('/')}`, (trial) =>
      tryEach(SHAPES, (shape) => runRope(trial, kind, shape)),
    ),
  ])
}

/**
 * What is given to a rotation, checked while functions are traced: shapes and dtypes are known then,
 * values are not.
 */
import type { numpy as np } from '@jax-js/jax'
import type { Layout } from '@rope/core'
import { rejectBecause, show } from '@rope/core/backend'
import type { RotationRows } from './rows.js'

/** An array by its measures. */
interface Measures {
  readonly shape: readonly number[]
}

const SHAPES: Readonly<Record<Layout, string>> = {
  bshd: '[batch, tokens, heads, headDim]',
  bhsd: '[batch, heads, tokens, headDim]',
  sbhd: '[tokens, batch, heads, headDim]',
  thd: '[tokens, heads, headDim]',
  flat: '[batch, tokens, heads * headDim] or [tokens, heads * headDim]',
}

/** Where a layout's tensors have their tokens and their batch, counted from the front. */
const AXES: Readonly<Record<Layout, { readonly tokens: number; readonly batch?: number }>> = {
  bshd: { tokens: 1, batch: 0 },
  bhsd: { tokens: 2, batch: 0 },
  sbhd: { tokens: 0, batch: 1 },
  thd: { tokens: 0 },
  flat: { tokens: 1, batch: 0 },
}

/**
 * q or k: an array with the layout's axes and whole heads.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkTensor(x: np.Array, layout: Layout, headDim: number): Measures {
  const found = measuresOf(x, 'x')
  const { shape } = found
  const ranks = layout === 'flat' ? [2, 3] : [layout === 'thd' ? 3 : 4]
  const last = shape.at(-1) ?? 0
  const fits = layout === 'flat' ? last > 0 && last % headDim === 0 : last === headDim
  if (ranks.includes(shape.length) && fits) return found
  return rejectBecause(
    'INVALID_TENSOR',
    'x.shape',
    `is [${shape.join(', ')}]; accepted with layout ${layout}: ${SHAPES[layout]}, headDim ${headDim}`,
  )
}

/**
 * Rows that fit x: as many tokens, one batch entry or as many, the config's pairs.
 *
 * @throws RopeError INVALID_TENSOR
 */
export function checkRows(rows: RotationRows, x: np.Array, layout: Layout, pairs: number): void {
  if (typeof rows !== 'object' || rows === null) {
    rejectBecause('INVALID_TENSOR', 'rows', `is ${show(rows)}; accepted: what rows() gives`)
  }
  const tensor = measuresOf(x, 'x')
  const { tokens, batch } = sizesOf(tensor.shape, layout)
  const accepted = [
    [tokens, pairs].join(),
    [1, tokens, pairs].join(),
    [batch, tokens, pairs].join(),
  ]
  for (const name of ['cos', 'sin'] as const) {
    const { shape } = measuresOf(rows[name], `rows.${name}`)
    if (!accepted.includes(shape.join())) {
      const what = `[${tokens}, ${pairs}] or [${batch}, ${tokens}, ${pairs}], for x of [${tensor.shape.join(', ')}]`
      const found = `is [${shape.join(', ')}]; accepted: ${what}`
      rejectBecause('INVALID_TENSOR', `rows.${name}.shape`, found)
    }
  }
}

function sizesOf(shape: readonly number[], layout: Layout): { tokens: number; batch: number } {
  const axes = AXES[layout]
  const isOneSequence = axes.batch === undefined || (layout === 'flat' && shape.length === 2)
  if (isOneSequence) return { tokens: shape[0] as number, batch: 1 }
  return { tokens: shape[axes.tokens] as number, batch: shape[axes.batch ?? 0] as number }
}

function measuresOf(value: unknown, field: string): Measures {
  const isArray = typeof value === 'object' && value !== null && 'aval' in value
  const { shape, dtype } = isArray ? (value as np.Array) : { shape: undefined, dtype: undefined }
  if (shape === undefined) {
    const accepted = 'an array of @jax-js/jax'
    return rejectBecause('INVALID_TENSOR', field, `is ${show(value)}; accepted: ${accepted}`)
  }
  if (dtype === 'float32') return { shape }
  const found = `is ${show(dtype)}; accepted: float32: cast it with astype before, and back after`
  return rejectBecause('INVALID_TENSOR', `${field}.dtype`, found)
}

/**
 * The rotation as operations of jax-js: slices, products, a concatenation. Nothing in it is a custom
 * gradient, so that `jit`, `grad`, `vmap` and each of them inside another go through it; the gradient
 * that they find is the rotation back.
 */
import { numpy as np } from '@jax-js/jax'
import {
  LAYOUTS,
  type Layout,
  type PairingName,
  type RopeConfig,
  type RopeOptions,
  resolveConfig,
} from '@rope/core'
import { checkKeys, checkRecord, createRotationTables, reject } from '@rope/core/backend'
import { checkRows, checkTensor } from './check.js'
import { makeRows, type RotationRows, type RowsOptions } from './rows.js'

/** A config for arrays of jax-js. */
export interface JaxRope {
  readonly config: RopeConfig
  readonly layout: Layout
  /**
   * The rows of cos and sin of a sequence, the attention factor in them. Make them once and give them
   * to a jitted function as an argument, or let it close over them.
   *
   * @throws RopeError INVALID_OPTION, INVALID_POSITIONS
   */
  rows(options: RowsOptions): RotationRows
  /**
   * q or k, rotated; channels outside the window as they are. As every function of jax-js it owns
   * what it is given: pass `x.ref` and `tree.ref(rows)` to use them again.
   *
   * @param x in the rope's layout, float32
   * @throws RopeError INVALID_TENSOR, before anything is given up
   */
  rotate(x: np.Array, rows: RotationRows): np.Array
}

/** How a rope for jax is made. */
export interface JaxRopeOptions {
  /** The order of the axes of what it rotates; there is no default, since guessing wrong is silent. */
  readonly layout: Layout
}

/**
 * A rope for arrays of jax-js.
 *
 * @param options a config, or options that resolve to one: any schedule, window, pairing and axes
 * @throws RopeError INVALID_OPTION or UNKNOWN_SCHEDULE, naming the option
 *
 * @example
 * ```ts
 * const rope = createJaxRope(
 *   { headDim: 64, pairing: 'half', schedule: { type: 'default', base: 10000 } },
 *   { layout: 'bhsd' },
 * )
 * const rows = rope.rows({ tokens: 128 })
 * const rotated = rope.rotate(q, tree.ref(rows))
 * ```
 */
export function createJaxRope(options: RopeConfig | RopeOptions, context: JaxRopeOptions): JaxRope {
  const config = resolveConfig(options)
  const layout = readLayout(context)
  const tables = createRotationTables(config)
  return {
    config,
    layout,
    rows: (given) => makeRows(config, tables, given),
    rotate(x, rows) {
      const { shape } = checkTensor(x, layout, config.headDim)
      checkRows(rows, x, layout, config.rotaryDim / 2)
      if (layout !== 'flat') return rotateHeads(x, rows, layout, config)
      const heads = [
        ...shape.slice(0, -1),
        (shape.at(-1) as number) / config.headDim,
        config.headDim,
      ]
      const unfolded = heads.length === 4 ? 'bshd' : 'thd'
      return rotateHeads(x.reshape(heads), rows, unfolded, config).reshape([...shape])
    },
  }
}

function readLayout(context: unknown): Layout {
  const record = checkRecord(context, 'options', '{ layout }')
  checkKeys(record, 'options', ['layout'])
  const layout = LAYOUTS.find((name) => name === record.layout)
  return layout ?? reject('INVALID_OPTION', 'layout', record.layout, LAYOUTS.join(', '))
}

type HeadLayout = Exclude<Layout, 'flat'>

function rotateHeads(
  x: np.Array,
  rows: RotationRows,
  layout: HeadLayout,
  { windowOffset, rotaryDim, headDim, pairing }: RopeConfig,
): np.Array {
  const end = windowOffset + rotaryDim
  const cos = alignRows(rows.cos, layout)
  const sin = alignRows(rows.sin, layout)
  if (rotaryDim === headDim) return rotateWindow(x, cos, sin, pairing)
  const turned = rotateWindow(channels(x.ref, windowOffset, end), cos, sin, pairing)
  const around = x.shape.map((_, axis): [number, number] =>
    axis === x.shape.length - 1 ? [windowOffset, headDim - end] : [0, 0],
  )
  // Not a concatenation of slices: jax-js 0.1.25 loses the edges of a slice whose gradient is a constant,
  // as that of a sum is, under jit.
  return np.where(isInside(windowOffset, end, headDim), np.pad(turned, around), x)
}

/** Which of the channels take part. */
function isInside(from: number, to: number, headDim: number): np.Array {
  const inside = Array.from({ length: headDim }, (_, channel) => channel >= from && channel < to)
  return np.array(inside)
}

/** [tokens, pairs] or [batch, tokens, pairs], with the axes of the layout for broadcasting. */
function alignRows(rows: np.Array, layout: HeadLayout): np.Array {
  const [pairs, tokens] = [rows.shape.at(-1) as number, rows.shape.at(-2) as number]
  const batch = rows.shape.at(-3) ?? 1
  if (layout === 'thd') return rows.reshape([tokens, 1, pairs])
  if (layout === 'bhsd') return rows.reshape([batch, 1, tokens, pairs])
  const perToken = rows.reshape([batch, tokens, 1, pairs])
  return layout === 'bshd' ? perToken : np.transpose(perToken, [1, 0, 2, 3])
}

/** Every channel takes part: (x, y) -> (x cos - y sin, y cos + x sin). */
function rotateWindow(x: np.Array, cos: np.Array, sin: np.Array, pairing: PairingName): np.Array {
  const shape = [...x.shape]
  const pairs = (shape.at(-1) as number) / 2
  // Half pairs (i, i + pairs), two rows of channels; interleaved pairs (2i, 2i + 1), two columns.
  const axis = pairing === 'half' ? -2 : -1
  const size = pairing === 'half' ? [2, pairs] : [pairs, 2]
  const paired = x.reshape([...shape.slice(0, -1), ...size])
  const [first, second] = [member(paired.ref, axis, 0), member(paired, axis, 1)]
  const turned = [
    first.ref.mul(cos.ref).sub(second.ref.mul(sin.ref)),
    second.mul(cos).add(first.mul(sin)),
  ]
  return np.stack(turned, axis).reshape(shape)
}

/** The first or second members of all pairs. */
function member(paired: np.Array, axis: -1 | -2, which: 0 | 1): np.Array {
  const all = paired.shape.map((): [] => [])
  return axis === -1
    ? paired.slice(...all.slice(1), which)
    : paired.slice(...all.slice(2), which, [])
}

function channels(x: np.Array, from: number, to: number): np.Array {
  return x.slice(...x.shape.slice(1).map((): [] => []), [from, to])
}

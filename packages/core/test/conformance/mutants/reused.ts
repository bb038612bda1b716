/**
 * Kernels that take something of an earlier call for that of this one.
 */
import type { KernelCall, Rotation, View } from '../../../src/contract/backend.js'
import { capable } from './capable.js'
import type { Mutant } from './mutant.js'

const OFFSETS = /^contract\/reuse\/offsets/
const STRIDES = /^contract\/reuse\/batch-strides/
const REFILLED = /^contract\/reuse\/refilled-rows/
const PLACES = /^contract\/reuse\/row-places/

/** A kernel that changes views or rows by what it remembers of the calls before. */
function remembering(
  name: string,
  noticed: readonly RegExp[],
  make: () => (call: KernelCall) => KernelCall,
): Mutant {
  return capable(name, noticed, () => ({
    kernel: (kernel) => {
      const change = make()
      return { run: (call) => kernel.run(change(call)) }
    },
  }))
}

function keepingOfViews(change: (view: View, first: View) => Partial<View>) {
  return () => {
    let first: readonly View[] | undefined
    return ({ views, rotation }: KernelCall) => {
      first ??= views
      const kept = first
      return {
        views: views.map((view, i) => ({ ...view, ...change(view, kept[i] as View) })),
        rotation,
      }
    }
  }
}

function copyRows(rotation: Rotation): Rotation {
  return { ...rotation, cos: rotation.cos.slice(), sin: rotation.sin.slice() }
}

/** Mutants of kernels that are used again. */
export const REUSED: readonly Mutant[] = [
  remembering(
    'the target of the first call',
    [OFFSETS, STRIDES],
    keepingOfViews((view, first) => (view.source === view.target ? {} : { target: first.target })),
  ),
  remembering(
    'the target offset of the first call',
    [OFFSETS],
    keepingOfViews(({ source, target }, { targetOffset }) =>
      source === target ? {} : { targetOffset },
    ),
  ),
  remembering(
    'the source offset of the first call',
    [OFFSETS],
    keepingOfViews((_, { sourceOffset }) => ({ sourceOffset })),
  ),
  remembering(
    'the target offset taken for that of the source',
    [OFFSETS],
    keepingOfViews(({ sourceOffset }) => ({ targetOffset: sourceOffset })),
  ),
  remembering('the batch stride of the first call', [STRIDES], () => {
    let first: number | undefined
    return ({ views, rotation }) => {
      first ??= rotation.batchStride
      return { views, rotation: { ...rotation, batchStride: first } }
    }
  }),
  remembering('a copy of the rows for each rotation', [REFILLED], () => {
    const copies = new WeakMap<Rotation, Rotation>()
    return ({ views, rotation }) => {
      const copy = copies.get(rotation) ?? copyRows(rotation)
      copies.set(rotation, copy)
      return { views, rotation: copy }
    }
  }),
  remembering('a copy of the rows for each array of them', [REFILLED], () => {
    const copies = new WeakMap<Rotation['sin'], Rotation['sin']>()
    return ({ views, rotation }) => {
      const sin = copies.get(rotation.sin) ?? rotation.sin.slice()
      copies.set(rotation.sin, sin)
      return { views, rotation: { ...rotation, sin } }
    }
  }),
  remembering('rows read from the start of their buffer', [PLACES], () => ({ views, rotation }) => {
    const { buffer, length } = rotation.cos
    const isDouble = rotation.cos instanceof Float64Array
    const cos = isDouble ? new Float64Array(buffer, 0, length) : new Float32Array(buffer, 0, length)
    return { views, rotation: { ...rotation, cos } }
  }),
  remembering('rows known by their buffer', [PLACES], () => {
    const known = new WeakMap<ArrayBufferLike, Rotation['cos']>()
    const find = (row: Rotation['cos']): Rotation['cos'] => {
      const found = known.get(row.buffer) ?? row
      known.set(row.buffer, found)
      return found
    }
    return ({ views, rotation }) => ({
      views,
      rotation: { ...rotation, cos: find(rotation.cos), sin: find(rotation.sin) },
    })
  }),
  capable('channels outside the window copied once', [OFFSETS, STRIDES], () => ({
    kernel: (kernel, plan) => {
      let copied = false
      return {
        run({ views, rotation }) {
          const keep = copied ? views.map(({ target }) => target.slice()) : []
          kernel.run({ views, rotation })
          if (keep.length > 0 && !plan.inPlace) putBack(plan.windowOffset, views, keep)
          copied = true
        },
      }
    },
  })),
]

/** The first channels before the window, as they were. */
function putBack(
  channels: number,
  views: readonly View[],
  before: readonly View['target'][],
): void {
  views.forEach(({ target, targetOffset }, i) => {
    const old = before[i] as View['target']
    target.set(old.subarray(targetOffset, targetOffset + channels) as never, targetOffset)
  })
}

/**
 * What q and k say when they are read in another layout than it was meant: the same shapes agree
 * there. It is advice only, never a guess that is acted upon.
 */
import { isRecord, reading } from '../check.js'
import { AXES, type Layout, SHAPES } from './tensor.js'

/** The layouts that a shape of four sizes may be in. */
const FOUR = ['bshd', 'bhsd', 'sbhd'] as const

/**
 * Layouts other than the one in force in which q and k would have as many batch entries and tokens as
 * each other, for a message; undefined when there is none.
 */
export function otherLayout(
  q: unknown,
  k: unknown,
  layout: Layout | undefined,
): string | undefined {
  const [ofQ, ofK] = [shapeOf(q), shapeOf(k)]
  if (ofQ?.length !== 4 || ofK?.length !== 4) return undefined
  const inForce = isRecord(q) && typeof q.layout === 'string' ? q.layout : (layout ?? 'bshd')
  const agrees = (name: (typeof FOUR)[number]): boolean =>
    AXES[name].every((axis, i) => !['batch', 'token'].includes(axis) || ofQ[i] === ofK[i])
  const found = FOUR.filter((name) => name !== inForce && agrees(name))
  if (found.length === 0) return undefined
  const names = found.map((name) => `'${name}' (${SHAPES[name]})`).join(' or ')
  return `as layout ${names} they do: state that layout, on the tensors or in createRope. If '${inForce}' is right, rotate them in two calls`
}

function shapeOf(tensor: unknown): readonly unknown[] | undefined {
  return reading(
    () => (isRecord(tensor) && Array.isArray(tensor.shape) ? [...tensor.shape] : undefined),
    () => undefined,
  )
}

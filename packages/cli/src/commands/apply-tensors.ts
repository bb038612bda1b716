/**
 * Which tensors of a file `rope apply` rotates.
 *
 * A tensor is a head tensor when it has as many axes as the layout names and holds floating-point
 * numbers; with bshd, three axes are a single sequence without its batch axis, which is thd; every head tensor is rotated, and one that cannot be (its head dimension differs from
 * the config's, or its dtype is one the backend does not rotate) is an error that names it, since
 * a file with half of its heads rotated is worse than none. Everything else is copied.
 * With a list of names, the named tensors are the head tensors, and all others are copied.
 */
import { type DType, type Layout, RopeError } from '@rope/core'
import { elementTypeOf, type SafetensorsTensor } from '@rope/core/safetensors'
import { quoted } from '../format/text.js'

/** What the choice depends on. */
export interface Selection {
  readonly layout: Layout
  readonly headDim: number
  /** Element types the backend rotates. */
  readonly dtypes: readonly DType[]
  /** The tensors the user named; undefined means every head tensor. */
  readonly names: readonly string[] | undefined
}

/** A tensor to rotate. */
export interface HeadTensor {
  readonly tensor: SafetensorsTensor
  readonly dtype: DType
  readonly layout: Layout
}

/** A tensor that stays as it is, and why. */
export interface OtherTensor {
  readonly tensor: SafetensorsTensor
  readonly reason: string
}

/** The tensors of a file, told apart. */
export interface Selected {
  readonly heads: readonly HeadTensor[]
  readonly others: readonly OtherTensor[]
}

/** Axes of a tensor in each layout, as shapes in messages name them. */
const AXES: Readonly<Record<Layout, readonly string[]>> = {
  bshd: ['batch', 'tokens', 'heads', 'headDim'],
  bhsd: ['batch', 'heads', 'tokens', 'headDim'],
  sbhd: ['tokens', 'batch', 'heads', 'headDim'],
  thd: ['tokens', 'heads', 'headDim'],
  flat: ['batch', 'tokens', 'heads * headDim'],
}

/** The layouts `--layout` accepts. */
export const LAYOUT_NAMES: readonly Layout[] = Object.keys(AXES) as Layout[]

/**
 * Tells the tensors to rotate from those to copy.
 *
 * @throws RopeError INVALID_TENSOR for a head tensor that cannot be rotated, or when there is
 *   nothing to rotate; INVALID_OPTION for a name that the file does not have
 */
export function selectTensors(
  tensors: readonly SafetensorsTensor[],
  selection: Selection,
): Selected {
  checkNames(tensors, selection.names)
  const heads: HeadTensor[] = []
  const others: OtherTensor[] = []
  for (const tensor of tensors) {
    const reason = reasonToCopy(tensor, selection)
    if (reason === null) heads.push(checkHeadTensor(tensor, selection))
    else others.push({ tensor, reason })
  }
  if (heads.length === 0) throw nothingToRotate(others, selection.layout)
  return { heads, others }
}

function reasonToCopy(tensor: SafetensorsTensor, { layout, names }: Selection): string | null {
  if (names !== undefined) return names.includes(tensor.name) ? null : 'not named by --tensors'
  const rank = AXES[layoutOf(tensor, layout)].length
  if (tensor.shape.length !== rank) {
    return `shape [${tensor.shape.join(', ')}], while layout ${layout} has ${rank} axes`
  }
  return isFloat(tensor.dtype) ? null : `dtype ${tensor.dtype}`
}

/** The layout of one tensor: bshd without its batch axis is thd. */
function layoutOf({ shape }: SafetensorsTensor, layout: Layout): Layout {
  return layout === 'bshd' && shape.length === 3 ? 'thd' : layout
}

/** The floating-point types of the format begin with F or BF: F32, BF16, F8_E4M3, ... */
function isFloat(dtype: string): boolean {
  return /^B?F\d/.test(dtype)
}

function checkHeadTensor(tensor: SafetensorsTensor, selection: Selection): HeadTensor {
  const { headDim, dtypes } = selection
  const layout = layoutOf(tensor, selection.layout)
  const { name, shape } = tensor
  const axes = AXES[layout]
  const last = shape.at(-1) ?? 0
  if (shape.length !== axes.length) {
    throw refuse(name, `has shape [${shape.join(', ')}]; layout ${layout} is [${axes.join(', ')}]`)
  }
  const fits = layout === 'flat' ? last % headDim === 0 : last === headDim
  if (!fits) {
    const wanted = layout === 'flat' ? `a multiple of ${headDim}` : `${headDim}`
    throw refuse(
      name,
      `has ${last} as its last axis, but the config's head dimension asks for ${wanted} in layout ${layout} ([${axes.join(', ')}]); check --config and --layout, or choose tensors with --tensors`,
    )
  }
  const dtype = elementTypeOf(tensor.dtype)
  if (dtype === null || !dtypes.includes(dtype)) {
    throw refuse(
      name,
      `has dtype ${tensor.dtype}; this backend rotates ${dtypes.join(', ')}; convert it, or choose other tensors with --tensors`,
    )
  }
  return { tensor, dtype, layout }
}

function checkNames(
  tensors: readonly SafetensorsTensor[],
  names: readonly string[] | undefined,
): void {
  const known = new Set(tensors.map(({ name }) => name))
  const unknown = names?.find((name) => !known.has(name))
  if (unknown === undefined) return
  throw new RopeError('INVALID_OPTION', `--tensors: the file has no tensor ${quoted(unknown)}`, {
    field: '--tensors',
  })
}

function nothingToRotate(others: readonly OtherTensor[], layout: Layout): RopeError {
  const axes = AXES[layout].join(', ')
  const first = others[0]
  const found =
    first === undefined
      ? 'it has no tensors at all'
      : `for example ${quoted(first.tensor.name)} has dtype ${first.tensor.dtype} and shape [${first.tensor.shape.join(', ')}]`
  const message = `nothing to rotate: the file has no floating-point tensor of layout ${layout} ([${axes}]); ${found}; choose the layout with --layout`
  return new RopeError('INVALID_TENSOR', message, { field: '--layout' })
}

function refuse(name: string, problem: string): RopeError {
  return new RopeError('INVALID_TENSOR', `tensor ${quoted(name)} ${problem}`, { field: name })
}

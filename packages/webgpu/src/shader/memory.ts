/**
 * WGSL for the tensors: their bindings, and how words are loaded from and stored to them. A 16-bit
 * element is stored by an atomic exclusive-or of its own bits, so that whoever owns the other half
 * of the word, in this dispatch or outside the tensor, neither loses a write nor sees one.
 */
import { type ShaderSpec, type TensorBinding, wordsOf } from './spec.js'
import { block, type Lines, unsigned } from './text.js'

/** True when tensors are accessed by single 16-bit elements. */
function isHalfElement({ access, dtype }: Pick<ShaderSpec, 'access' | 'dtype'>): boolean {
  return access === 'element' && dtype !== 'float32'
}

/** The type of what a binding holds. */
function memberType(spec: ShaderSpec, { written }: TensorBinding): string {
  if (isHalfElement(spec)) return written ? 'atomic<u32>' : 'u32'
  return unsigned(wordsOf(spec.access))
}

/** The declarations of the tensor bindings, from binding 2 on. */
export function tensorBindings(spec: ShaderSpec): Lines {
  return spec.bindings.map((binding, i) => {
    const mode = binding.written ? 'read_write' : 'read'
    const type = memberType(spec, binding)
    return `@group(0) @binding(${i + 2}) var<storage, ${mode}> ${binding.name}: array<${type}>;`
  })
}

function halfElementLoad({ name, written }: TensorBinding): Lines {
  const word = written ? `atomicLoad(&${name}[at >> 1u])` : `${name}[at >> 1u]`
  return block(`fn load_${name}(at: u32) -> u32`, [
    `return (${word} >> ((at & 1u) * 16u)) & 0xffffu;`,
  ])
}

function halfElementStore({ name }: TensorBinding): Lines {
  return [
    '// Only this invocation changes these 16 bits, so what they differ by is known.',
    ...block(`fn store_${name}(at: u32, bits: u32)`, [
      `let difference = load_${name}(at) ^ bits;`,
      `atomicXor(&${name}[at >> 1u], difference << ((at & 1u) * 16u));`,
    ]),
  ]
}

/** Functions that load and store, where an index alone does not do. */
export function memoryFunctions(spec: ShaderSpec): readonly Lines[] {
  if (!isHalfElement(spec)) return []
  const stored = new Set(spec.operands.map(({ target }) => target))
  return spec.bindings.flatMap((binding, i) =>
    stored.has(i)
      ? [halfElementLoad(binding), halfElementStore(binding)]
      : [halfElementLoad(binding)],
  )
}

function nameOf(spec: ShaderSpec, binding: number): string {
  return spec.bindings[binding]?.name ?? ''
}

/** An expression that loads from a binding. */
export function load(spec: ShaderSpec, binding: number, at: string): string {
  const name = nameOf(spec, binding)
  return isHalfElement(spec) ? `load_${name}(${at})` : `${name}[${at}]`
}

/** A statement that stores to a binding. */
export function store(spec: ShaderSpec, binding: number, at: string, value: string): string {
  const name = nameOf(spec, binding)
  return isHalfElement(spec) ? `store_${name}(${at}, ${value});` : `${name}[${at}] = ${value};`
}

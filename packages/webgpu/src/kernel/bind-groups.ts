/**
 * Bind groups by what they bind. They are found by the identity of their buffers and live no longer
 * than those: a cache that kept buffers alive would be a leak.
 */

interface Node {
  readonly next: WeakMap<GPUBuffer, Node>
  readonly groups: Map<string, GPUBindGroup>
}

/** Ways to bind the same buffers that are kept: offsets of parts, of KV caches, of layers. */
const KEPT = 256

function createNode(): Node {
  return { next: new WeakMap(), groups: new Map() }
}

/** Bind groups of a kernel. */
export class BindGroups {
  readonly #root: Node = createNode()

  /**
   * The bind group of some buffers.
   *
   * @param key everything else that matters: the shader, offsets and sizes
   */
  get(buffers: readonly GPUBuffer[], key: string, create: () => GPUBindGroup): GPUBindGroup {
    const { groups } = this.#find(buffers)
    const known = groups.get(key)
    if (known !== undefined) return known
    if (groups.size >= KEPT) groups.clear()
    const group = create()
    groups.set(key, group)
    return group
  }

  #find(buffers: readonly GPUBuffer[]): Node {
    let node = this.#root
    for (const buffer of buffers) {
      let next = node.next.get(buffer)
      if (next === undefined) {
        next = createNode()
        node.next.set(buffer, next)
      }
      node = next
    }
    return node
  }
}

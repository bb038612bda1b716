/**
 * Finds a GPU: the one given, the browser's, or in Node the optional npm package `webgpu`.
 */
import { RopeError } from '@rope/core'
import { messageOf } from '../errors.js'

/** A GPU and where it comes from. */
export interface FoundGpu {
  readonly gpu: GPU
  readonly source: 'given' | 'navigator.gpu' | 'npm package webgpu'
}

interface Environment {
  readonly navigator?: { readonly gpu?: GPU }
  readonly process?: { readonly versions?: { readonly node?: string } }
  readonly isSecureContext?: boolean
}

interface NodeWebGpu {
  readonly create: (flags: readonly string[]) => GPU
}

/** `navigator.gpu` of this environment, if any. */
export function navigatorGpu(): GPU | undefined {
  return (globalThis as Environment).navigator?.gpu ?? undefined
}

/** True in Node and in what calls itself Node. */
export function isNode(): boolean {
  return (globalThis as Environment).process?.versions?.node !== undefined
}

/** Imported by a name that bundlers do not follow: browsers never get here, and need no such package. */
async function importNodeWebGpu(): Promise<NodeWebGpu> {
  const name = 'webgpu'
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<NodeWebGpu>
}

/**
 * A GPU of the npm package. It is created anew each time and held by nobody but its device, since
 * with some of its versions the process does not end as long as one is referenced.
 */
async function nodeGpu(): Promise<GPU> {
  let library: NodeWebGpu
  try {
    library = await importNodeWebGpu()
  } catch (error) {
    throw new RopeError(
      'UNAVAILABLE',
      `Node has no WebGPU of its own, and the npm package 'webgpu' is not there or does not load (${messageOf(error)}); run: npm install webgpu`,
      { cause: error },
    )
  }
  return library.create([])
}

function noGpuReason(): string {
  const insecure = (globalThis as Environment).isSecureContext === false
  const fix = insecure
    ? 'serve the page over https or from localhost, since WebGPU needs a secure context'
    : 'use a browser that has WebGPU, and see that it is switched on'
  return `this environment has no navigator.gpu; ${fix}`
}

/**
 * The GPU to use.
 *
 * @throws RopeError UNAVAILABLE, saying what to do
 */
export async function findGpu(given: GPU | undefined): Promise<FoundGpu> {
  if (given !== undefined) return { gpu: given, source: 'given' }
  const own = navigatorGpu()
  if (own !== undefined) return { gpu: own, source: 'navigator.gpu' }
  if (isNode()) return { gpu: await nodeGpu(), source: 'npm package webgpu' }
  throw new RopeError('UNAVAILABLE', noGpuReason())
}

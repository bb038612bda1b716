/**
 * A world for the program to run in: streams that remember, and backends that are not real.
 */
import { fileURLToPath } from 'node:url'
import type { BackendEntry } from '@rope/auto/backends'
import type { Backend, Kernel, Plan, Rotation } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import type { ReadFile } from '../src/model-files.js'
import { filesIn } from '../src/model-folder.js'
import { runTinystories } from '../src/tinystories.js'

/** The model that comes with the program. */
export const MODEL_FOLDER: string = fileURLToPath(new URL('../model/', import.meta.url))

/** Reads that model's files. */
export const readBundled: ReadFile = filesIn(MODEL_FOLDER)

/** What a run left behind. */
export interface Outcome {
  readonly exitCode: number
  /** Each write to standard output. */
  readonly pieces: readonly string[]
  readonly out: string
  readonly err: string
}

/** Runs the program with these words. */
export async function run(
  words: readonly string[],
  options: { readonly modelFolder?: string; readonly backends?: readonly BackendEntry[] } = {},
): Promise<Outcome> {
  const pieces: string[] = []
  let err = ''
  const exitCode = await runTinystories(words, {
    writeOut: (text) => void pieces.push(text),
    writeErr: (text) => {
      err += text
    },
    style: (text) => text,
    modelFolder: MODEL_FOLDER,
    ...options,
  })
  return { exitCode, pieces, out: pieces.join(''), err }
}

/** An entry as the list has them. */
export function listed(name: string, load: BackendEntry['load']): BackendEntry {
  return { name, device: 'cpu', packageName: `@rope/${name}`, load }
}

/** A backend that is there. */
export function entryOf(name: string, backend: () => Backend): BackendEntry {
  const probe = { available: true, facts: {} }
  return listed(name, async () => ({ probe: () => probe, create: backend }))
}

/** A backend that is not there, with the reason. */
export function absentEntry(name: string, reason: string): BackendEntry {
  const probe = { available: false, reason, facts: {} }
  const create = (): never => {
    throw new Error('created although it is not available')
  }
  return listed(name, async () => ({ probe: () => probe, create }))
}

/** The js backend with another way to run its kernels, and a name of its own. */
export function wrapJs(
  name: string,
  run: (kernel: Kernel, ...given: Parameters<Kernel['run']>) => void | Promise<void>,
  device: Backend['device'] = 'cpu',
): Backend {
  const js = createJsBackend()
  return {
    ...js,
    name,
    device,
    supports: (plan) => js.supports(plan),
    dispose: () => js.dispose(),
    compile: (plan: Plan) => {
      const kernel = js.compile(plan)
      return { run: (call) => run(kernel, call) }
    },
  }
}

/** A rotation the other way round. */
export function turnedBack(rotation: Rotation): Rotation {
  return { ...rotation, sin: rotation.sin.map((value: number) => -value) as typeof rotation.sin }
}

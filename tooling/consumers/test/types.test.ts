/**
 * The declarations as every TypeScript since 5.4 reads them: strict, without skipLibCheck, with and
 * without the DOM library, in each way of finding modules that reads `exports`.
 *
 * `node10` is left out: it does not read `exports`, so that it could find no subpath and not tell
 * `import` from `require`; TypeScript has given it up in version 6.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { packedPackages } from '../../built/packed.js'
import { modulesOf, ROOT } from '../../setup/workspace.mjs'
import { fetchTool, makeFolder, run } from '../tools.js'

const packed = inject('packed')

const LIBRARIES = { 'with the DOM': 'es2022,dom,dom.iterable', 'without the DOM': 'es2022' }
const BOTH = ['with the DOM', 'without the DOM'] as const

/** The oldest that is promised and the newest, and between them the last of each major. */
const VERSIONS = [
  ['5.4.5', BOTH],
  ['5.9.3', ['with the DOM']],
  ['6.0.3', ['without the DOM']],
  ['7.0.2', BOTH],
] as const

/** How modules are found, with the kind of module that goes with it. */
const RESOLUTIONS = [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
] as const

/** Its peer's own declarations need Float16Array and WebGPU, so that it has a test of its own. */
const JAX = '@rope/jax'

const MODULES = packedPackages(packed)
  .flatMap(({ manifest }) => modulesOf(manifest).map((subpath) => manifest.name + subpath.slice(1)))
  .filter((module) => module !== JAX)
const nameOf = (module: string): string => module.replaceAll(/[@/-]/g, '_')

const project = makeFolder({
  'package.json': '{ "type": "module" }',
  'all.ts': `${MODULES.map((module) => `import * as ${nameOf(module)} from '${module}'`).join('\n')}
export const all = [${MODULES.map(nameOf).join(', ')}]
`,
  'all.cts': `${MODULES.map((module) => `import ${nameOf(module)} = require('${module}')`).join('\n')}
export const all = [${MODULES.map(nameOf).join(', ')}]
`,
  'use.ts': `
import { createRope } from '@rope/core'
import { createJsBackend } from '@rope/js'
const rope = createRope(
  { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 10000 } },
  { backend: createJsBackend(), layout: 'bshd' },
)
rope.rotate({ q: { data: new Float32Array(2), shape: [1, 1, 1, 2] }, positions: 1 })
// @ts-expect-error there is no such pairing
createRope({ headDim: 2, pairing: 'thirds', schedule: { type: 'default', base: 10000 } })
`,
  'jax.ts': `
import { createJaxRope } from '${JAX}'
const rope = createJaxRope(
  { headDim: 2, pairing: 'half', schedule: { type: 'default', base: 10000 } },
  { layout: 'thd' },
)
export const rows = rope.rows({ tokens: 1 })
// @ts-expect-error there is no such layout
createJaxRope({ headDim: 2, pairing: 'half', schedule: { type: 'default', base: 1 } }, { layout: 'x' })
`,
})
afterAll(project.remove)
symlinkSync(packed.modules, join(project.folder, 'node_modules'))
/** Node's types, which the packages for Node ask for; the oldest compiler can read those of Node 20. */
const TYPES = join(ROOT, 'node_modules', '@types')

describe.each(VERSIONS)('TypeScript %s', (version, libraries) => {
  describe.each(RESOLUTIONS)('%s', (resolution, module) => {
    test.each(libraries)('%s', (library) => {
      const files = ['all.ts', 'use.ts', ...(resolution === 'bundler' ? [] : ['all.cts'])]
      const options = [
        ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'],
        ...['--skipLibCheck', 'false', '--module', module, '--moduleResolution', resolution],
        ...['--lib', LIBRARIES[library], '--types', 'node', '--typeRoots', TYPES],
      ]
      const tsc = join(fetchTool('typescript', version), 'bin', 'tsc')
      const { status, output } = run(project.folder, process.execPath, tsc, ...options, ...files)
      expect(output).toBe('')
      expect(status).toBe(0)
    })
  })
})

test.each(VERSIONS)(`TypeScript %s: ${JAX}, whose peer's declarations are skipped`, (version) => {
  const options = [
    ...['--noEmit', '--strict', '--target', 'es2022', '--skipLibCheck', '--module', 'nodenext'],
    ...['--lib', LIBRARIES['without the DOM'], '--types', 'node', '--typeRoots', TYPES],
  ]
  const tsc = join(fetchTool('typescript', version), 'bin', 'tsc')
  const { status, output } = run(project.folder, process.execPath, tsc, ...options, 'jax.ts')
  expect(output).toBe('')
  expect(status).toBe(0)
})

describe('with the declarations of @webgpu/types', () => {
  const TYPES_OF_WEBGPU = join(ROOT, 'packages', 'webgpu', 'node_modules', '@webgpu', 'types')
  const own = makeFolder({
    'package.json': '{ "type": "module" }',
    'own.ts': `
/// <reference types="@webgpu/types" />
import { createWebGpuBackend, type GpuTensor } from '@rope/webgpu'
declare const device: GPUDevice
declare const buffer: GPUBuffer
const backend = await createWebGpuBackend({ device })
export const same: GPUDevice = backend.gpuDevice
export const tensor: GpuTensor = { buffer, shape: [1, 1, 1, 4], layout: 'bshd', dtype: 'float32' }
export const again: GPUBuffer = tensor.buffer
// @ts-expect-error a device is no buffer
export const wrong: GpuTensor = { ...tensor, buffer: device }
`,
  })
  afterAll(own.remove)
  mkdirSync(join(own.folder, 'node_modules', '@webgpu'), { recursive: true })
  symlinkSync(join(packed.modules, '@rope'), join(own.folder, 'node_modules', '@rope'))
  symlinkSync(TYPES_OF_WEBGPU, join(own.folder, 'node_modules', '@webgpu', 'types'))

  test.each(['5.4.5', '5.9.3'])(
    "TypeScript %s: a user's own objects fit without a cast",
    (version) => {
      const options = [
        ...['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext'],
        ...['--lib', LIBRARIES['with the DOM'], '--types', '@webgpu/types'],
      ]
      const tsc = join(fetchTool('typescript', version), 'bin', 'tsc')
      const { status, output } = run(own.folder, process.execPath, tsc, ...options, 'own.ts')
      expect(output).toBe('')
      expect(status).toBe(0)
    },
  )
})

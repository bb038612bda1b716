/**
 * The conformance suite on a GPU: through typed arrays, and in parts again on buffers and passes of
 * the caller's, under conditions that devices have and test machines do not.
 */
import { type CaseFilter, defineConformance } from '@rope/core/conformance'
import { describe, expect, test } from 'vitest'
import { createWebGpuBackend, type WebGpuBackend } from '../../src/backend.js'
import { openDevice } from '../../src/device/open-device.js'
import type { GpuHandle } from '../../src/handles.js'
import { type Context, createContext } from '../../src/kernel/context.js'
import { checkOptions } from '../../src/options.js'
import { createEncodingBackend } from '../support/encode-subject.js'

/** Conditions under which kernels are encoded. */
interface Conditions {
  readonly name: string
  readonly filter: CaseFilter
  readonly minimumCases: number
  /** Bytes before the arrays' memory in their buffers. */
  readonly lead: number
  readonly change: Partial<Context>
  /** Dispatches of a call: always one, or so many at least in some. */
  readonly dispatches: number
}

const PAIRS_AND_STRIDES = /^contract\/(tails|strides|pass-through|aliasing)\//
const LAYOUTS = /^(values|contract\/zero-sizes)\//

/** One thing that is not as on most devices at a time. */
const CONDITIONS: readonly Conditions[] = [
  {
    name: 'on buffers, as they come',
    filter: (id) => PAIRS_AND_STRIDES.test(id) || LAYOUTS.test(id),
    minimumCases: 450,
    lead: 0,
    change: {},
    dispatches: 1,
  },
  {
    name: 'two bytes further on, so that 16-bit elements share words',
    filter: (id) => /float16/.test(id) && PAIRS_AND_STRIDES.test(id),
    minimumCases: 60,
    lead: 2,
    change: {},
    dispatches: 1,
  },
  {
    name: 'without immediates, on the other side of an alignment',
    filter: (id) => PAIRS_AND_STRIDES.test(id),
    minimumCases: 90,
    lead: 264,
    change: { immediates: false },
    dispatches: 1,
  },
  {
    name: 'in parts, where bindings are small',
    filter: (id) => /^values\/[^/]+\/(float32|bfloat16)\//.test(id),
    minimumCases: 150,
    lead: 4,
    change: { bindingLimit: 1536 },
    dispatches: 8,
  },
  {
    name: 'in short strips and two dimensions of workgroups',
    filter: (id) => /^values\/half\/|^contract\/tails\//.test(id),
    minimumCases: 100,
    lead: 16,
    change: { spread: { longestStrip: 2, enoughInvocations: 1 }, workgroupLimit: 2 },
    dispatches: 1,
  },
  {
    name: 'with the heads spread out',
    filter: (id) => /^values\/interleaved\/|^contract\/tails\//.test(id),
    minimumCases: 100,
    lead: 0,
    change: { spread: { longestStrip: 1, enoughInvocations: 1 } },
    dispatches: 1,
  },
]

/** Defines the suite, through arrays, and where asked for under each condition as well. */
export function defineGpuConformance(gpu: GPU, underConditions: boolean): void {
  const options = { gpu: gpu as unknown as GpuHandle }
  const createBackend = (): Promise<WebGpuBackend> => createWebGpuBackend(options)
  // One device for all, whose shaders are compiled once.
  let shared: Promise<WebGpuBackend> | undefined
  const sharedBackend = (): Promise<WebGpuBackend> => {
    shared ??= createBackend()
    return shared
  }

  describe('through typed arrays', () => {
    defineConformance(
      { describe, test },
      async () => ({ name: 'webgpu', backend: await sharedBackend(), createBackend }),
      { minimumCases: 1000 },
    )
  })

  describe.each(underConditions ? CONDITIONS : [])(
    '$name',
    ({ filter, minimumCases, lead, change, dispatches }) => {
      let most = 0
      defineConformance(
        { describe, test },
        async () => {
          const backend = await sharedBackend()
          const opened = await openDevice(checkOptions({ ...options, device: backend.gpuDevice }))
          const context = { ...createContext(opened), ...change }
          const placing = {
            lead,
            onDispatches: (count: number) => {
              most = Math.max(most, count)
            },
          }
          return { name: 'webgpu', backend: createEncodingBackend(backend, context, placing) }
        },
        { minimumCases, filter },
      )
      test(dispatches === 1 ? 'every call was one dispatch' : 'calls were split', () => {
        if (dispatches === 1) expect(most).toBe(1)
        else expect(most).toBeGreaterThanOrEqual(dispatches)
      })
    },
  )
}

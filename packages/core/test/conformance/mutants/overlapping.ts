/**
 * Backends whose asynchronous calls know too much of each other.
 */
import type { Rotation, View } from '../../../src/contract/backend.js'
import type { CapableKernel } from '../capable-backend.js'
import { capable } from './capable.js'
import type { Mutant } from './mutant.js'

const ONE_KERNEL = /^contract\/overlap\/one-kernel/
const ONE_ROPE = /^contract\/overlap\/one-rope/
const LARGE = /^contract\/overlap\/large/

type RunAsync = CapableKernel['runAsync']

/** A later moment: others have been started by then. */
const later = (): Promise<void> => Promise.resolve()

/** A kernel with another way to run asynchronously, and what all kernels of the backend share. */
function asynchronous(
  name: string,
  noticed: readonly RegExp[],
  make: () => (kernel: CapableKernel) => RunAsync,
): Mutant {
  return capable(name, noticed, () => {
    const ofKernel = make()
    return { kernel: (kernel) => ({ runAsync: ofKernel(kernel) }) }
  })
}

function copyRows({ cos, sin, ...rest }: Rotation): Rotation {
  return { ...rest, cos: cos.slice(), sin: sin.slice() }
}

/** Mutants of calls that overlap. */
export const OVERLAPPING: readonly Mutant[] = [
  asynchronous('one table for all asynchronous calls', [ONE_ROPE, ONE_KERNEL, LARGE], () => {
    const table = { cos: new Float64Array(1 << 14), sin: new Float64Array(1 << 14) }
    return (kernel) =>
      async ({ views, rotation }) => {
        table.cos.set(rotation.cos)
        table.sin.set(rotation.sin)
        await later()
        kernel.run({ views, rotation: { ...rotation, ...table } })
      }
  }),
  asynchronous('one table for the asynchronous calls of a kernel', [ONE_ROPE, ONE_KERNEL], () => {
    return (kernel) => {
      let table: Rotation
      return async ({ views, rotation }) => {
        table = copyRows(rotation)
        await later()
        kernel.run({ views, rotation: { ...rotation, cos: table.cos, sin: table.sin } })
      }
    }
  }),
  asynchronous('calls that wait and then take the latest rows', [ONE_KERNEL], () => (kernel) => {
    let queue = later()
    let latest: Rotation
    return ({ views, rotation }) => {
      latest = rotation
      queue = queue.then(() =>
        kernel.run({ views, rotation: { ...rotation, cos: latest.cos, sin: latest.sin } }),
      )
      return queue
    }
  }),
  asynchronous('the batch stride of the latest call', [ONE_KERNEL], () => (kernel) => {
    let batchStride = 0
    return async ({ views, rotation }) => {
      batchStride = rotation.batchStride
      await later()
      kernel.run({ views, rotation: { ...rotation, batchStride } })
    }
  }),
  asynchronous('the memory of the latest call', [ONE_ROPE, ONE_KERNEL, LARGE], () => (kernel) => {
    let latest: readonly View[]
    return async ({ views, rotation }) => {
      latest = views
      await later()
      kernel.run({ views: latest, rotation })
    }
  }),
  asynchronous('the target of the latest call', [ONE_KERNEL], () => (kernel) => {
    let latest: readonly View[]
    return async ({ views, rotation }) => {
      latest = views
      await later()
      const to = (i: number): View => latest[i] as View
      const moved = views.map((view, i) => ({ ...view, target: to(i).target }))
      kernel.run({ views: moved, rotation })
    }
  }),
  asynchronous('a promise that resolves before anything is written', [ONE_ROPE, ONE_KERNEL], () => {
    return (kernel) =>
      ({ views, rotation }) => {
        void later()
          .then(later)
          .then(later)
          .then(() => kernel.run({ views, rotation }))
        return later()
      }
  }),
  asynchronous(
    'a call that is dropped for the next one',
    [ONE_ROPE, ONE_KERNEL],
    () => (kernel) => {
      let started = 0
      return async ({ views, rotation }) => {
        started += 1
        const own = started
        await later()
        if (own === started) kernel.run({ views, rotation })
      }
    },
  ),
  asynchronous('a call that is made again with the next one', [ONE_ROPE, LARGE], () => (kernel) => {
    const pending: (() => void)[] = []
    return async ({ views, rotation }) => {
      pending.push(() => kernel.run({ views, rotation }))
      await later()
      for (const run of pending) run()
    }
  }),
  capable('rows of a pending call for those in between', [/^contract\/overlap\/between-/], () => ({
    kernel: (kernel) => {
      let pending: Rotation | undefined
      return {
        run: ({ views, rotation }) => kernel.run({ views, rotation: pending ?? rotation }),
        async runAsync({ views, rotation }) {
          pending = rotation
          await later()
          kernel.run({ views, rotation })
          pending = undefined
        },
      }
    },
  })),
  capable(
    'calls that wait, lost when another is made',
    [/^contract\/overlap\/large-and-brief/],
    () => {
      let made = 0
      return {
        kernel: ({ run }) => ({
          run(call) {
            made++
            run(call)
          },
          async runAsync(call) {
            const before = made
            await later()
            if (made !== before) await new Promise(() => {})
            run(call)
          },
        }),
      }
    },
  ),
  capable('slices that overlap by a token', [LARGE], () => ({
    kernel: (kernel, plan, compile) => ({
      async runAsync({ views, rotation }) {
        kernel.run({ views, rotation })
        if (plan.tokens > 100) compile({ ...plan, tokens: 1 }).run({ views, rotation })
      },
    }),
  })),
  capable('a last slice that is never made', [LARGE], () => ({
    kernel: (_kernel, plan, compile) => ({
      async runAsync({ views, rotation }) {
        const tokens = plan.tokens > 100 ? plan.tokens - 5 : plan.tokens
        compile({ ...plan, tokens }).run({ views, rotation })
      },
    }),
  })),
]

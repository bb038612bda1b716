/**
 * The watch on a device: it sees what is encoded while it looks, times it, and leaves no trace.
 */
import { createWebGpuBackend, type DeviceHandle } from '@rope/webgpu'
import { beforeAll, describe, expect, test } from 'vitest'
import { CopyKernel } from '../../src/gpu/copy-kernel.js'
import { createBuffer, readBuffer } from '../../src/gpu/device.js'
import { PassWatch } from '../../src/gpu/pass-watch.js'
import { gpuStopwatch, greatestStep, wallStopwatch } from '../../src/gpu/stopwatch.js'
import { whyNoGpu } from './software-gpu.js'

const reason = await whyNoGpu()

describe.skipIf(reason !== null)(
  `on a GPU in software${reason === null ? '' : `: ${reason}`}`,
  () => {
    let device: DeviceHandle
    let copy: (passes: number, dispatches: number, bytes?: number) => void

    beforeAll(async () => {
      device = (await createWebGpuBackend()).gpuDevice
      const kernel = new CopyKernel(device, 1)
      copy = (passes, dispatches, bytes = 4096) => {
        const buffers = [
          createBuffer(device, 'storage', bytes),
          createBuffer(device, 'storage', bytes),
        ]
        const [from, to] = buffers as [(typeof buffers)[0], (typeof buffers)[0]]
        const encoder = device.createCommandEncoder()
        for (let i = 0; i < passes; i++) {
          const pass = encoder.beginComputePass()
          for (let j = 0; j < dispatches; j++) kernel.encode(pass, from, to)
          pass.end()
        }
        device.queue.submit([encoder.finish()])
      }
    })

    test('counts passes and dispatches, and times them', async () => {
      const watch = new PassWatch(device)
      watch.start()
      copy(3, 2, 2 ** 22)
      const watched = await watch.stop()
      expect(watched).toMatchObject({ passes: 3, dispatches: 6 })
      expect(watched.nanoseconds).toBeGreaterThan(0)
      watch.start()
      expect(await watch.stop()).toEqual({ passes: 0, dispatches: 0, nanoseconds: 0 })
      watch.dispose()
    })

    test('more passes than a set of queries holds', async () => {
      const watch = new PassWatch(device)
      watch.start()
      copy(2100, 1)
      copy(0, 0)
      const { passes, nanoseconds } = await watch.stop()
      expect(passes).toBe(2100)
      expect(nanoseconds).toBeGreaterThan(0)
      watch.dispose()
    })

    test('sees nothing when it does not look, and leaves the device as it was', async () => {
      const before = device.createCommandEncoder
      const watch = new PassWatch(device)
      watch.start()
      expect(device.createCommandEncoder).not.toBe(before)
      await watch.stop()
      copy(1, 1)
      expect(device.createCommandEncoder).toBe(before)
      watch.start()
      expect((await watch.stop()).dispatches).toBe(0)
      watch.start()
      watch.dispose()
      expect(device.createCommandEncoder).toBe(before)
    })

    test("the GPU's clock moves with the work only, the wall's always", async () => {
      const stopwatch = await gpuStopwatch(device)
      expect(stopwatch?.step).toBeGreaterThan(0)
      expect(stopwatch?.clock()).toBe(0)
      await stopwatch?.time(() => copy(1, 20, 2 ** 22))
      const elapsed = stopwatch?.clock() ?? 0
      expect(elapsed).toBeGreaterThan(0)
      // It counts in whole steps, as near as doubles can tell.
      const steps = elapsed / (stopwatch?.step ?? 0)
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3)
      await stopwatch?.time(() => undefined)
      expect(stopwatch?.clock()).toBe(elapsed)
      stopwatch?.dispose()
      const wall = wallStopwatch(device)
      const start = wall.clock()
      await wall.time(() => copy(1, 1))
      expect(wall.clock()).toBeGreaterThan(start)
    })

    test.each([1, 4])(
      'the copy kernel copies every byte, %i vectors at a time',
      async (vectors) => {
        const bytes = 16 * 1000 + 16
        const words = Uint32Array.from({ length: bytes / 4 }, (_, i) => i + 1)
        const source = createBuffer(device, 'storage', bytes)
        const destination = createBuffer(device, 'storage', bytes)
        device.queue.writeBuffer(source, 0, words)
        const encoder = device.createCommandEncoder()
        const pass = encoder.beginComputePass()
        new CopyKernel(device, vectors).encode(pass, source, destination)
        pass.end()
        device.queue.submit([encoder.finish()])
        expect(new Uint32Array(await readBuffer(device, destination))).toEqual(words)
      },
    )
  },
)

describe('what timestamps are rounded to', () => {
  test.each([
    ['not at all', [13n, 20n, 34n, 35n], 1],
    ["to Chromium's 2^16 nanoseconds", [5, 5, 7, 12].map((i) => BigInt(i) * 65536n), 65536],
    ['to 100 microseconds, from an odd start', [7n, 300_007n, 100_007n], 100_000],
    ['a clock that stands still', [42n, 42n], 0],
    ['no timestamps', [], 0],
  ])('%s', (_, timestamps, step) => {
    expect(greatestStep(timestamps)).toBe(step)
  })
})

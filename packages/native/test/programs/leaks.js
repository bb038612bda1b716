/**
 * Thousands of kernels, bindings, blocks and calls, good and bad; then says by how many megabytes
 * the process has grown since it was warm. Needs --expose-gc.
 */
import { createNativeBackend } from '@rope/native'
import { createCall, shared } from './work.js'

const backend = createNativeBackend({ threads: 2 })
const small = createCall(1)
const large = createCall(8192, shared)
const largeKernel = backend.compile(large.plan)

async function round() {
  for (let i = 0; i < 200; i++) {
    const kernel = backend.compile(small.plan)
    kernel.run(small)
    kernel.bind(small)()
    const short = [{ ...small.views[0], sourceOffset: 1 }]
    try {
      kernel.run({ ...small, views: short })
      throw new Error('a call beyond the end of an array was made')
    } catch (error) {
      if (error.code !== 'INVALID_TENSOR') throw error
    }
    backend.allocate('float32', 64 << (i % 8))
  }
  backend.allocate('float32', 1 << 20).fill(1)
  await Promise.all([1, 2, 3].map(() => largeKernel.runAsync(large)))
  for (let i = 0; i < 2; i++) {
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const rounds = Number(process.argv[2])
for (let i = 0; i < rounds / 2; i++) await round()
const before = process.memoryUsage.rss()
for (let i = 0; i < rounds; i++) await round()
process.stdout.write(String((process.memoryUsage.rss() - before) / 2 ** 20))

/**
 * A program that rotates with workers and then ends, either after dispose or just so.
 */
import { createRope } from '../../core/dist/index.js'
import { createWasmBackend } from '../dist/index.js'

const backend = await createWasmBackend({ threads: 2 })
const rope = createRope(
  { headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } },
  { backend, layout: 'bshd' },
)
const data = backend.allocate('float32', 1024 * 8 * 128)
for (let i = 0; i < 5; i++) {
  rope.rotate({ q: { data, shape: [1, 1024, 8, 128] }, positions: i })
  await new Promise((resolve) => setTimeout(resolve, 30))
}
if (process.argv[2] === 'dispose') backend.dispose()
console.log('done')

/**
 * A process that rotates its shard of a sequence: one message in, one message out.
 */
import { createRope } from '@rope/core'
import { createJsBackend } from '../../dist/index.js'

process.once('message', ({ config, data, shape, positions }) => {
  const rope = createRope(config, { backend: createJsBackend(), layout: 'bshd' })
  rope.rotate({ q: { data, shape }, positions })
  process.send({ data, pid: process.pid }, () => process.disconnect())
})

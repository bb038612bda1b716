/**
 * What a worker does, as text: it is started in Node from a string, in browsers from a blob, or
 * from the file that the build writes from this same text.
 */

/** Waits for its data, makes an instance on the shared memory and serves until it is stopped. */
export const WORKER_SCRIPT: string = `'use strict'
function serve({ module, memory, stack }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  exports.__stack_pointer.value = stack
  exports.serve()
}
if (typeof self === 'undefined') {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  parentPort.once('message', (data) => {
    serve(data)
    parentPort.close()
  })
} else {
  self.onmessage = ({ data }) => {
    serve(data)
    self.close()
  }
}
`

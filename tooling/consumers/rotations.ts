/**
 * A program that rotates the same tensors natively and in JavaScript, for processors that are played
 * by QEMU: it prints as JSON whether every bit is the same, and what the native backend says of itself.
 */

/** The program, as an ES module. */
export const ROTATIONS = `
  import { createRope } from '@rope/core'
  import { createJsBackend } from '@rope/js'
  import { createNativeBackend, probeNative } from '@rope/native'
  const options = { headDim: 128, pairing: 'half', schedule: { type: 'default', base: 10000 } }
  const turned = ['float32', 'float16', 'bfloat16'].flatMap((dtype) => [createNativeBackend(), createJsBackend()].map((backend) => {
    const rope = createRope(options, { backend, layout: 'bshd' })
    const data = dtype === 'float32'
      ? Float32Array.from({ length: 64 * 8 * 128 }, (_, i) => Math.sin(i))
      : Uint16Array.from({ length: 64 * 8 * 128 }, (_, i) => 0x3800 + (i * 37) % 1024)
    rope.rotate({ q: { data, dtype, shape: [1, 64, 8, 128] }, positions: 100000 })
    return Buffer.from(data.buffer)
  }))
  const same = [0, 2, 4].every((i) => turned[i].equals(turned[i + 1]))
  console.log(JSON.stringify({ same, ...probeNative().facts }))`

/** What such a program said, among the lines in which QEMU may tell what it cannot play. */
export function storyIn(output: string): Readonly<Record<string, unknown>> {
  const line = output.split('\n').find((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(`the program said nothing:\n${output}`)
  return JSON.parse(line)
}

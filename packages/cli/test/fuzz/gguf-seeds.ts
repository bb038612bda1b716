/**
 * Valid GGUF files, small ones, and ways to damage the bytes of a file.
 */
import { writeGgufFile } from '@rope/core/gguf'
import { chance, pick, type Random, whole } from '../../../../tooling/fuzz/random.js'

const llama = {
  'general.architecture': 'llama',
  'llama.attention.key_length': 8,
  'llama.attention.head_count': 4,
  'llama.context_length': 512,
  'llama.rope.freq_base': 10000,
  'llama.block_count': 2,
}

/** Files with every type of value that `writeGgufFile` writes. */
export const GGUF_FILES: readonly Uint8Array[] = [
  writeGgufFile(llama, {}),
  writeGgufFile(llama, { 'rope_freqs.weight': Float32Array.of(1, 1, 2, 4) }),
  writeGgufFile(
    {
      ...llama,
      'llama.rope.scaling.type': 'yarn',
      'llama.rope.scaling.factor': 4,
      'llama.rope.scaling.original_context_length': 512,
      'llama.rope.scaling.finetuned': true,
    },
    {},
  ),
  writeGgufFile(
    {
      'general.architecture': 'qwen2vl',
      'qwen2vl.attention.key_length': 8,
      'qwen2vl.rope.freq_base': 1e6,
      'qwen2vl.rope.dimension_sections': [2, 1, 1, 0],
      'qwen2vl.block_count': 2,
    },
    {},
  ),
]

const BYTES: readonly number[] = [0, 1, 2, 4, 6, 8, 9, 12, 32, 127, 128, 255]
const COUNTS: readonly bigint[] = [0n, 1n, 2n, 3n, 8n, 255n, 2n ** 20n, 2n ** 32n, 2n ** 63n]

function setCount(random: Random, bytes: Uint8Array): void {
  const at = whole(random, 0, Math.max(0, bytes.length - 8))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  // Counts of tensors and keys stand at 8 and 16; other words are lengths, types or values.
  const place = chance(random, 0.4) ? pick(random, [8, 16]) : at
  if (place + 8 <= bytes.length) view.setBigUint64(place, pick(random, COUNTS), true)
}

/** One change to a copy of a file: a bit, a byte, a count or length, a part, the end. */
export function damaged(random: Random, file: Uint8Array): Uint8Array {
  const bytes = file.slice()
  const at = whole(random, 0, bytes.length - 1)
  const roll = random()
  if (roll < 0.4) bytes[at] = (bytes[at] as number) ^ (1 << whole(random, 0, 7))
  else if (roll < 0.65) bytes[at] = pick(random, BYTES)
  else if (roll < 0.8) setCount(random, bytes)
  else if (roll < 0.88) bytes.copyWithin(whole(random, 0, bytes.length - 1), at, at + 16)
  else return bytes.slice(0, at)
  return bytes
}

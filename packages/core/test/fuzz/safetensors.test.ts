/**
 * Safetensors files with a changed header, flipped bytes or a cut end: what is read fits the file
 * and comes back the same when it is written, or the file is refused. And what is to be written.
 */
import assert from 'node:assert/strict'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { mutated } from '../../../../tooling/fuzz/mutate.js'
import { chance, pick, type Random, whole } from '../../../../tooling/fuzz/random.js'
import {
  parseSafetensors,
  replaceTensors,
  type Safetensors,
  type SafetensorsInput,
  tensorBytes,
  tensorData,
  writeSafetensors,
} from '../../src/doors/safetensors.js'

const STORED: readonly (readonly SafetensorsInput[])[] = [
  [{ name: 'q', dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  [
    { name: 'q', dtype: 'F16', shape: [1, 3], data: Uint16Array.of(1, 2, 3) },
    { name: 'k', dtype: 'F64', shape: [2], data: Float64Array.of(1, 2) },
    { name: '1', dtype: 'I8', shape: [], data: Int8Array.of(1) },
  ],
  [{ name: 'empty', dtype: 'BF16', shape: [0, 7], data: new Uint16Array(0) }],
  [],
]
const FILES = STORED.map((tensors, i) =>
  writeSafetensors(
    tensors,
    i === 1
      ? new Map([
          ['format', 'pt'],
          ['x', 'é'],
        ])
      : [],
  ),
)

interface Parts {
  readonly header: unknown
  readonly payload: Uint8Array
}

const SEEDS: readonly Parts[] = FILES.map((bytes) => {
  const length = new DataView(bytes.buffer).getUint32(0, true)
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length))
  return { header: JSON.parse(text), payload: bytes.slice(8 + length) }
})

/** A file of these parts, its length field right. */
function joined({ header, payload }: Parts): Uint8Array {
  const text = JSON.stringify(header, (_, value) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  const encoded = new TextEncoder().encode(text ?? '')
  const body = payload instanceof Uint8Array ? payload : new Uint8Array(0)
  const bytes = new Uint8Array(8 + encoded.length + body.length)
  new DataView(bytes.buffer).setUint32(0, encoded.length, true)
  bytes.set(encoded, 8)
  bytes.set(body, 8 + encoded.length)
  return bytes
}

/** Bytes flipped, doubled or left out, anywhere or in the length and the header. */
function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const at = chance(random, 0.5)
    ? whole(random, 0, Math.min(80, bytes.length - 1))
    : whole(random, 0, bytes.length - 1)
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ (1 << whole(random, 0, 7))
  if (chance(random, 0.2)) return copy.slice(0, at)
  return copy
}

function checkFile(file: Safetensors): void {
  let total = 0
  for (const { name, byteLength } of file.tensors.values()) {
    assert.equal(tensorBytes(file, name).length, byteLength)
    const { byteLength: own } = tensorData(file, name)
    assert.equal(own, byteLength)
    total += byteLength
  }
  const inputs = [...file.tensors.values()].map(({ name, dtype, shape }) => ({
    ...{ name, dtype, shape, data: tensorData(file, name) },
  }))
  const again = parseSafetensors(writeSafetensors(inputs, file.metadata))
  assert.deepEqual([...again.metadata], [...file.metadata])
  assert.deepEqual([...again.tensors.keys()].sort(), [...file.tensors.keys()].sort())
  for (const name of again.tensors.keys()) {
    assert.equal(Buffer.compare(tensorBytes(again, name), tensorBytes(file, name)), 0)
  }
  assert.ok(total <= file.bytes.length)
  const replaced = replaceTensors(file, [])
  assert.equal(Buffer.compare(replaced, file.bytes), 0)
}

fuzz('safetensors bytes', {
  make: (random) => {
    const whole = chance(random, 0.4) ? pick(random, FILES) : joined(mutated(random, SEEDS))
    return chance(random, 0.5) ? damaged(random, whole) : whole
  },
  check: (bytes) => checkFile(parseSafetensors(bytes)),
})

fuzz('safetensors to write', {
  make: (random) => mutated<readonly SafetensorsInput[]>(random, STORED),
  check: (tensors) => checkFile(parseSafetensors(writeSafetensors(tensors))),
})

/**
 * The model's bytes against the format's rules, read back by a reader of its own.
 */
import { describe, expect, test } from 'vitest'
import { bytesField, join, numberField, textField } from '../../src/peers/protobuf.js'
import {
  rotaryEmbeddingModel,
  rotaryEmbeddingNodes,
} from '../../src/peers/rotary-embedding-model.js'

/** A message as its fields in order: numbers, or bytes. */
type Field = readonly [number: number, value: number | Uint8Array]

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const value = varint()
    if (key % 8 === 0) {
      fields.push([key >> 3, value])
    } else {
      expect(key % 8).toBe(2)
      fields.push([key >> 3, bytes.subarray(at, at + value)])
      at += value
    }
  }
  expect(at).toBe(bytes.length)
  return fields
}

function all(fields: readonly Field[], number: number): readonly (number | Uint8Array)[] {
  return fields.filter(([found]) => found === number).map(([, value]) => value)
}

function text(value: number | Uint8Array | undefined): string {
  return String.fromCharCode(...(value as Uint8Array))
}

describe('protobuf', () => {
  test('known bytes of the encoding guide', () => {
    expect([...numberField(1, 150)]).toEqual([0x08, 0x96, 0x01])
    expect([...textField(2, 'testing')]).toEqual([0x12, 7, ...Buffer.from('testing')])
    expect([...numberField(20, 0)]).toEqual([0xa0, 0x01, 0])
    expect(bytesField(1, new Uint8Array(300)).subarray(0, 3)).toEqual(Uint8Array.of(10, 0xac, 2))
    expect([...join([Uint8Array.of(1), Uint8Array.of(2, 3)])]).toEqual([1, 2, 3])
  })
})

describe('rotary embedding model', () => {
  const cos = Float32Array.of(1, 2, 3, 4, 5, 6)
  const sin = Float32Array.of(6, 5, 4, 3, 2, 1)
  const bytes = rotaryEmbeddingModel({
    shape: [1, 7, 40],
    heads: 5,
    headDim: 8,
    rotaryDim: 4,
    pairing: 'interleaved',
    cos,
    sin,
    rows: 3,
  })
  const model = fieldsOf(bytes)
  const graph = fieldsOf(all(model, 7)[0] as Uint8Array)

  test('imports both operator sets', () => {
    const domains = all(model, 8).map((set) => text(all(fieldsOf(set as Uint8Array), 1)[0]))
    expect(domains).toEqual(['', 'com.microsoft'])
  })

  test('has one node with its inputs, output and attributes', () => {
    const nodes = all(graph, 1)
    expect(nodes).toHaveLength(1)
    const node = fieldsOf(nodes[0] as Uint8Array)
    expect(all(node, 1).map(text)).toEqual(['x', 'positions', 'cos', 'sin'])
    expect(all(node, 2).map(text)).toEqual(['y'])
    expect(text(all(node, 4)[0])).toBe('RotaryEmbedding')
    expect(text(all(node, 7)[0])).toBe('com.microsoft')
    const attributes = all(node, 5).map((attribute) => {
      const fields = fieldsOf(attribute as Uint8Array)
      return [text(all(fields, 1)[0]), all(fields, 3)[0]]
    })
    expect(attributes).toEqual([
      ['interleaved', 1],
      ['rotary_embedding_dim', 4],
      ['num_heads', 5],
    ])
  })

  test('carries the tables as initializers', () => {
    const [first, second] = all(graph, 5).map((value) => fieldsOf(value as Uint8Array))
    for (const [fields, name, table] of [
      [first, 'cos', cos],
      [second, 'sin', sin],
    ] as const) {
      expect(all(fields ?? [], 1)).toEqual([3, 2])
      expect(text(all(fields ?? [], 8)[0])).toBe(name)
      const raw = (all(fields ?? [], 9)[0] as Uint8Array).slice()
      expect([...new Float32Array(raw.buffer)]).toEqual([...table])
    }
  })
})

test('a node for each of several tensors, which share positions and tables', () => {
  const table = Float32Array.of(1, 2)
  const bytes = rotaryEmbeddingNodes(
    [
      { input: 'q', output: 'q_out', shape: [1, 1, 16], heads: 4 },
      { input: 'k', output: 'k_out', shape: [1, 1, 8], heads: 2 },
    ],
    { headDim: 4, rotaryDim: 4, pairing: 'half', cos: table, sin: table, rows: 1 },
  )
  const graph = fieldsOf(all(fieldsOf(bytes), 7)[0] as Uint8Array)
  const nodes = all(graph, 1).map((node) => fieldsOf(node as Uint8Array))
  expect(nodes.map((node) => all(node, 1).map(text))).toEqual([
    ['q', 'positions', 'cos', 'sin'],
    ['k', 'positions', 'cos', 'sin'],
  ])
  expect(nodes.map((node) => all(node, 2).map(text))).toEqual([['q_out'], ['k_out']])
  const names = (field: number): readonly string[] =>
    all(graph, field).map((info) => text(all(fieldsOf(info as Uint8Array), 1)[0]))
  expect(names(11)).toEqual(['q', 'k', 'positions'])
  expect(names(12)).toEqual(['q_out', 'k_out'])
})

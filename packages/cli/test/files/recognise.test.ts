/**
 * Files are known by their first bytes, whatever they are called.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { rope, temporaryFolder } from '../helpers.js'

async function inspect(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  const { code, stderr } = await rope(['inspect', path])
  expect(code).toBe(2)
  return stderr
}

/** A header of weights, as safetensors has it. */
function weights(): Uint8Array {
  const header = '{"model.embed.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  const bytes = new Uint8Array(8 + header.length + 4)
  bytes[0] = header.length
  bytes.set(new TextEncoder().encode(header), 8)
  return bytes
}

describe.each(['config.json', 'model.bin', 'model'])('called %s', (name) => {
  test.each<[string, string | Uint8Array]>([
    ['an ONNX model', Uint8Array.of(8, 8, 0x12, 7, ...Buffer.from('pytorch'), 0x1a, 3)],
    ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8)],
    ['a Python pickle', Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c)],
    ['an HDF5 file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10)],
    ['safetensors with weights', weights()],
    ['an index of weight files', '{"metadata": {}, "weight_map": {"a.weight": "1.safetensors"}}'],
  ])('%s is refused by name, with what to pass instead', async (what, content) => {
    const stderr = await inspect(name, content)
    expect(stderr).toContain(what)
    expect(stderr).toMatch(/pass the config\.json/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

/** Bytes of a text in UTF-16. */
const utf16 = (text: string): Uint8Array => Buffer.from(text, 'utf16le')
const CONFIG = '{"model_type":"llama","head_dim":64}'

describe('what stands for a file, or has it within', () => {
  const POINTER = 'version https://git-lfs.example/spec/v1\noid sha256:00\nsize 12\n'
  const CASES: readonly (readonly [what: string, content: string | Uint8Array])[] = [
    ['a pointer of Git LFS', POINTER],
    ['a page in HTML or XML', '<!DOCTYPE html><html><body>404</body></html>'],
    ['a page in HTML or XML', '\n  <html lang="en">'],
    ['a page in HTML or XML', '\ufeff<?xml version="1.0"?><Error/>'],
    ['compressed by gzip', gzipSync(CONFIG)],
    ['compressed by Zstandard', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4, 0, 1)],
    ['compressed by xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0)],
    ['compressed by bzip2', 'BZh91AY&SY'],
    ['text in UTF-16', utf16(`\ufeff${CONFIG}`)],
    ['text in UTF-16', utf16(CONFIG)],
    ['text in UTF-16', Buffer.from(utf16(`\ufeff${CONFIG}`)).swap16()],
    ['text in UTF-16', Buffer.from(utf16(CONFIG)).swap16()],
  ]

  test.each(CASES)('%s, form %#', async (what, content) => {
    for (const name of ['config.json', 'model.gguf', 'model.safetensors']) {
      const stderr = await inspect(name, content)
      expect(stderr).toContain(what)
      expect(stderr.trim().split('\n')).toHaveLength(1)
    }
    const { code, stderr } = await rope(['inspect', '-'], { stdin: content })
    expect(code).toBe(2)
    expect(stderr).toContain(`standard input is ${what}`)
  })

  test('a mark of UTF-8 is none of these', async () => {
    const path = join(temporaryFolder(), 'config.json')
    writeFileSync(path, `\ufeff${CONFIG}`)
    expect((await rope(['inspect', path])).code).toBe(0)
  })
})

test('Infinity and NaN outside of strings are what Python means by them', async () => {
  const text = '{"model_type":"llama","head_dim":64,"note":"NaN, \\" Infinity","x":[-Infinity,NaN]}'
  const path = join(temporaryFolder(), 'config.json')
  writeFileSync(path, text)
  expect((await rope(['inspect', path])).code).toBe(0)
})

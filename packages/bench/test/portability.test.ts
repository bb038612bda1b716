/**
 * The harness runs in a browser worker: nothing that index.ts leads to may import from Node.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SOURCES = fileURLToPath(new URL('../src', import.meta.url))

/** Specifiers of a file's imports and re-exports, lazy ones included. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier = '']) => specifier)
}

function reachable(entry: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    const imports = importsOf(file)
    found.set(file, imports)
    for (const specifier of imports.filter((name) => name.startsWith('.'))) {
      visit(resolve(dirname(file), specifier.replace(/\.js$/, '.ts')))
    }
  }
  visit(entry)
  return found
}

describe('portability', () => {
  test('index.ts leads to no module of Node', () => {
    const files = reachable(join(SOURCES, 'index.ts'))
    expect(files.size).toBeGreaterThan(20)
    const outside = [...files.values()].flat().filter((name) => !name.startsWith('.'))
    expect(new Set(outside)).toEqual(
      new Set([
        ...['@rope/auto/backends', '@rope/core', '@rope/core/backend', '@rope/core/reference'],
      ]),
    )
  })

  test('nor does the benchmark of the GPU', () => {
    const files = reachable(join(SOURCES, 'gpu', 'index.ts'))
    const outside = [...files.values()].flat().filter((name) => !name.startsWith('.'))
    expect(outside).toContain('@rope/webgpu')
    expect(outside.filter((name) => !name.startsWith('@rope/'))).toEqual([])
    expect(outside).not.toContain('@rope/native')
  })

  test('neither does the benchmark of the front door, which alone imports that', () => {
    const outside = [...reachable(join(SOURCES, 'auto', 'index.ts')).values()].flat()
    expect(new Set(outside.filter((name) => !name.startsWith('.')))).toEqual(
      new Set([
        ...['@rope/auto', '@rope/auto/backends', '@rope/core', '@rope/core/backend'],
        '@rope/core/reference',
      ]),
    )
  })

  test('the check itself sees imports of Node', () => {
    const outside = [...reachable(join(SOURCES, 'node', 'index.ts')).values()].flat()
    expect(outside).toContain('node:fs')
  })
})

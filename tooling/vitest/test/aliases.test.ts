/**
 * Tests find the sources under the packages' public names, and under no other.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { sourceAliases } from '../aliases.js'

/** The source that stands for an import, from the root; undefined when no alias matches. */
function sourceOf(specifier: string): string | undefined {
  return sourceAliases(ROOT)
    .find(({ find }) => find.test(specifier))
    ?.replacement.slice(ROOT.length)
}

test.each([
  ['@rope/core', 'packages/core/src/index.ts'],
  ['@rope/core/conformance', 'packages/core/src/conformance/index.ts'],
  ['@rope/core/safetensors', 'packages/core/src/doors/safetensors.ts'],
  ['@rope/js', 'packages/js/src/index.ts'],
])('%s is %s', (specifier, path) => {
  expect(sourceOf(specifier)).toBe(join(path))
})

test.each(['@rope/core/src/index.js', '@rope/core/package.json', '@rope/coretex', '@rope/nothing'])(
  '%s is left alone',
  (specifier) => {
    expect(sourceOf(specifier)).toBeUndefined()
  },
)

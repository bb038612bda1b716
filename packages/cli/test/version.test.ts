import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ownVersion, packageVersion } from '../src/version.js'

function versionIn(relative: string): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}

test('the version of this command', () => {
  expect(ownVersion()).toBe(versionIn('../package.json'))
})

test('the version of an installed package', () => {
  expect(packageVersion('@rope/core')).toBe(versionIn('../../core/package.json'))
  expect(packageVersion('commander')).toMatch(/^14\./)
})

test('a package that is not installed has none', () => {
  expect(packageVersion('@rope/does-not-exist')).toBeNull()
})

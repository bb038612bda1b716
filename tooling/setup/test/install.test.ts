/**
 * An installation is trusted exactly as long as nothing that decides it has changed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { installCommand, isInstalled, writeStamp } from '../install.mjs'

/** An installed workspace with one package, in a folder with a space in its name. */
function makeInstalled(): string {
  const root = mkdtempSync(join(tmpdir(), 'set up '))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'packages/core/node_modules'), { recursive: true })
  for (const name of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']) {
    writeFileSync(join(root, name), '{}')
  }
  writeFileSync(join(root, 'packages/core/package.json'), '{ "dependencies": { "a": "1" } }')
  writeStamp(root)
  return root
}

test('what has been installed is installed', () => {
  expect(isInstalled(makeInstalled())).toBe(true)
})

test.each(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/core/package.json'])(
  'a change of %s asks for an installation',
  (name) => {
    const root = makeInstalled()
    writeFileSync(join(root, name), '{ "dependencies": { "a": "2" } }')
    expect(isInstalled(root)).toBe(false)
  },
)

test('so does a new package', () => {
  const root = makeInstalled()
  mkdirSync(join(root, 'packages/js'))
  writeFileSync(join(root, 'packages/js/package.json'), '{}')
  expect(isInstalled(root)).toBe(false)
})

test.each(['node_modules', 'packages/core/node_modules'])('so does a missing %s', (name) => {
  const root = makeInstalled()
  rmSync(join(root, name), { recursive: true })
  expect(isInstalled(root)).toBe(false)
})

test('pnpm comes from npm until it is installed here at the pinned version', () => {
  const root = makeInstalled()
  expect(installCommand(root, '1.2.3')[1]).toContain('pnpm@1.2.3')
  mkdirSync(join(root, 'node_modules/pnpm'))
  writeFileSync(join(root, 'node_modules/pnpm/package.json'), '{ "version": "1.2.2" }')
  expect(installCommand(root, '1.2.3')[1]).toContain('pnpm@1.2.3')
  writeFileSync(join(root, 'node_modules/pnpm/package.json'), '{ "version": "1.2.3" }')
  expect(installCommand(root, '1.2.3')[0]).toBe(join(root, 'node_modules/.bin/pnpm'))
})

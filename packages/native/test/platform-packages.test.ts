/**
 * The packages of the platforms: all files but the binaries are committed, and follow from one list.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Target {
  readonly name: string
  readonly zig: string
}

interface TargetsModule {
  readonly TARGETS: readonly Target[]
  folderOf(target: Target): string
  filesOf(target: Target): Readonly<Record<string, string>>
  optionalDependencies(): Readonly<Record<string, string>>
  ownManifest(): { readonly optionalDependencies: Readonly<Record<string, string>> }
}

interface ZigModule {
  findZig(environment: NodeJS.ProcessEnv): { readonly missing?: string; readonly zig?: string[] }
}

const script = (name: string): string => new URL(`../scripts/${name}`, import.meta.url).href
const { TARGETS, folderOf, filesOf, optionalDependencies, ownManifest } = (await import(
  /* @vite-ignore */ script('targets.js')
)) as TargetsModule
const { findZig } = (await import(/* @vite-ignore */ script('zig.js'))) as ZigModule
const NPM = fileURLToPath(new URL('../npm', import.meta.url))

describe.each(TARGETS)('$name', (target) => {
  test('its files are those of the list; else run: node scripts/platform-packages.js', () => {
    for (const [name, text] of Object.entries(filesOf(target))) {
      expect(readFileSync(join(folderOf(target), name), 'utf8')).toBe(text)
    }
  })

  test('is for what its name says', () => {
    const { os, cpu, libc } = JSON.parse(filesOf(target)['package.json'] ?? '')
    const [system, processor, library] = target.name.split('-')
    expect([os, cpu]).toEqual([[system], [processor]])
    expect(libc).toEqual({ gnu: ['glibc'], musl: ['musl'], none: undefined }[library ?? 'none'])
    // Beside the name the list says it once more, in the compiler's words.
    const words = { x64: 'x86_64', arm64: 'aarch64', darwin: 'macos', win32: 'windows' }
    const spell = (word = ''): string => words[word as keyof typeof words] ?? word
    expect(target.zig).toMatch(new RegExp(`^${spell(processor)}-${spell(system)}`))
    if (library !== undefined) expect(target.zig).toContain(`-${library}`)
    if (library === 'gnu') expect(target.zig).toMatch(/\.2\.28$/)
  })
})

test('there are no other packages, and @rope/native depends on each', () => {
  expect(readdirSync(NPM).sort()).toEqual(TARGETS.map(({ name }) => name).sort())
  expect(ownManifest().optionalDependencies).toEqual(optionalDependencies())
})

test('without Zig the cross-compiler says so, and how to get it', () => {
  expect(findZig({ ROPE_ZIG: 'no-such-zig -x' }).missing).toBe(
    'no Zig compiler (tried no-such-zig -x); run: pip install ziglang, or set ROPE_ZIG',
  )
})

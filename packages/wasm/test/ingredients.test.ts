/**
 * What the modules are made of: exactly what the compiler itself says it has read, so that a change
 * of any of it makes new modules.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// biome-ignore lint/correctness/useImportExtensions: a script that Node runs as it stands
import { ingredients } from '../scripts/build-modules.mjs'
// biome-ignore lint/correctness/useImportExtensions: a script that Node runs as it stands
import { COMPILE_FLAGS, llvm, MODULES, sources, unitFiles } from '../scripts/compile.mjs'
// biome-ignore lint/correctness/useImportExtensions: a script that Node runs as it stands
import { filesWithIncludes, hashOfFiles } from '../scripts/ingredients.mjs'

const NAMES = ['single', 'threaded'] as const

/** Names of the files that the compiler reads for a module, as it lists them for make. */
async function readByCompiler(name: (typeof NAMES)[number]): Promise<string[]> {
  const unit = unitFiles(name).map(
    (file) => `#include "${basename(dirname(file))}/${basename(file)}"\n`,
  )
  const flags = [...COMPILE_FLAGS, ...MODULES[name].compile]
  const out = await llvm(['clang', ...flags, '-MM', '-MF', 'unit.d', 'unit.c'], {
    ...sources(),
    'unit.c': unit.join(''),
  })
  const rule = Buffer.from(out['unit.d'] as Uint8Array).toString()
  const words = rule.replaceAll('\\\n', ' ').trim().split(/\s+/).slice(1)
  // It writes src/../x.h for what a file of src/simd includes as ../x.h: only the name is sure.
  return [...new Set(words.map((word) => basename(word)))]
}

describe.each(NAMES)('the ingredients of %s', (name) => {
  test('are what the compiler reads, and the script that says how', async () => {
    const own = ingredients(name).map((file) => basename(file))
    expect(own).toContain('multiply.inl.h')
    expect([...own, 'unit.c'].sort()).toEqual(
      [...(await readByCompiler(name)), 'compile.mjs'].sort(),
    )
  })
})

describe('followed includes', () => {
  let root = ''
  const place = (name: string): string => join(root, name)
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(place(name)), { recursive: true })
    writeFileSync(place(name), text)
  }
  const found = (): readonly string[] => filesWithIncludes([place('src/a.c')], [place('include')])

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'rope-includes-'))
    write('src/a.c', '#include <stdint.h>\n#include "rope/public.h"\n  #  include "rows/b.inl.h"\n')
    write('src/rows/b.inl.h', '#include "c.h" /* beside it */\n')
    write('src/rows/c.h', '#include "../table.def"\n#include "b.inl.h"\n')
    write('src/table.def', '/* no includes */\n')
    write('src/unused.h', '/* nobody includes it */\n')
    write('include/rope/public.h', '#include "rope/plan.h"\n')
    write('include/rope/plan.h', '\n')
  })
  afterAll(() => rmSync(root, { recursive: true }))

  test('every file that is reached, once, and no other', () => {
    expect(found().map((file) => relative(root, file).replaceAll('\\', '/'))).toEqual([
      'include/rope/plan.h',
      'include/rope/public.h',
      'src/a.c',
      'src/rows/b.inl.h',
      'src/rows/c.h',
      'src/table.def',
    ])
  })

  test('a change of any of them is another hash; line ends and other files are not', () => {
    const hash = (): string => hashOfFiles(found(), root)
    const seen = new Set([hash()])
    write('src/unused.h', '/* changed */\n')
    write('src/table.def', '/* no includes */\r\n')
    expect(seen).toContain(hash())
    for (const file of found()) {
      appendFileSync(file, '/* changed */\n')
      expect(seen).not.toContain(hash())
      seen.add(hash())
    }
  })

  test('an include that is nowhere is an error, not a smaller hash', () => {
    write('src/a.c', '#include "missing.h"\n')
    expect(found).toThrow(/src.a\.c includes "missing\.h"/)
  })
})

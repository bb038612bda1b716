/**
 * What a page pays: each entry bundled as its user bundles it, minified and gzipped, against a
 * budget that the README of its package states.
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { ROOT } from '../../setup/workspace.mjs'

/** A line of a program, the package whose README states its size, and the most it may have in kB. */
interface Budget {
  readonly program: string
  readonly readme: string
  readonly most: number
}

const ROPE = "import { createRope } from '@rope/core'"

const BUDGETS: Readonly<Record<string, Budget>> = {
  RopeError: {
    program: "import { RopeError } from '@rope/core'; use(RopeError)",
    readme: 'core',
    most: 0.4,
  },
  'createRope and the js backend': {
    program: `${ROPE}; import { createJsBackend } from '@rope/js'; use(createRope, createJsBackend)`,
    readme: 'core',
    // 23.3 before calls were read strictly: unread fields, lists of every kind, what is meant instead.
    most: 27.5,
  },
  'createRope, the js backend and the Hugging Face reader': {
    program: `${ROPE}; import { createJsBackend } from '@rope/js'; import { fromHuggingFace } from '@rope/core/huggingface'; use(createRope, createJsBackend, fromHuggingFace)`,
    readme: 'core',
    // 4.4 kB of it are the table of models, without which a file's pairing would be a guess.
    most: 42.5,
  },
  'createRope of @rope/auto, at load': {
    program: "import { createRope } from '@rope/auto'; use(createRope)",
    readme: 'auto',
    most: 34.5,
  },
}

/** Bytes of a program, gzipped, with all that it imports; what `import()` loads later is left out. */
async function gzippedSize(program: string): Promise<number> {
  const contents = `const use = (...all) => console.log(all); ${program}`
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: ROOT,
    outdir: 'never-written',
    external: ['node:*'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') load(next)
    }
  }
  load('never-written/stdin.js')
  const files = outputFiles.filter(({ path }) => loaded.has(relative(ROOT, path)))
  return gzipSync(Buffer.concat(files.map((file) => file.contents)), { level: 9 }).length
}

test.each(Object.entries(BUDGETS))('%s', async (name, { program, readme, most }) => {
  const size = (await gzippedSize(program)) / 1000
  expect(size).toBeGreaterThan(0.1)
  expect(size).toBeLessThanOrEqual(most)
  const text = readFileSync(join(ROOT, 'packages', readme, 'README.md'), 'utf8')
  expect(text).toContain(`| ${name} | ${most} kB |`)
})

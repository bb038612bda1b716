/**
 * What a page pays for each entry of the packages, and for some usual programs: bundled as a user
 * bundles them, minified and gzipped, everything that they import included. The README of a package
 * states it in a table; a test holds the table to what is measured, and the sizes to their budgets.
 *
 *     node tooling/built/sizes.mjs     measures the built packages and writes the tables anew
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { modulesOf, publicPackages, ROOT } from '../setup/workspace.mjs'

/**
 * @typedef {object} Row a row of a table
 * @property {string} name what the table calls it
 * @property {string} readme absolute path of the README
 * @property {string} folder from where the program's imports are found
 * @property {string} program what is bundled
 * @property {readonly string[]} others packages that stay outside: peers, which the user has anyway
 * @property {number} most the budget of what is there at load, in kB
 */

/** @typedef {{ readonly atLoad: number, readonly later: number }} Size in kB; `later` is what `import()` brings */

/** The most that all of an entry may take, in kB; every entry needs one. */
const ENTRIES = /** @type {Readonly<Record<string, number>>} */ ({
  '@rope/auto': 36,
  '@rope/auto/backends': 25,
  '@rope/bench': 50,
  '@rope/bench/machine': 2,
  '@rope/bench/matrix': 3,
  '@rope/bench/node': 62,
  '@rope/bench/peers': 4,
  '@rope/bench/report': 4,
  '@rope/bench/auto': 52,
  '@rope/bench/gpu': 57,
  '@rope/core': 27,
  '@rope/core/backend': 24,
  '@rope/core/huggingface': 28,
  '@rope/core/gguf': 28,
  '@rope/core/onnx': 17.5,
  '@rope/core/mlx': 11.5,
  '@rope/core/safetensors': 6,
  '@rope/core/presets': 7.5,
  '@rope/core/positions': 7.5,
  '@rope/core/parallel': 6.5,
  '@rope/core/gradients': 19.5,
  '@rope/core/weights': 4.5,
  '@rope/core/kv-cache': 14,
  '@rope/core/reference': 7,
  // Most of it are recorded outputs of other people's models.
  '@rope/core/conformance': 260,
  '@rope/jax': 18.5,
  '@rope/js': 4,
  '@rope/native': 8,
  // The module is in it, in base64.
  '@rope/wasm': 20.5,
  '@rope/wasm/external': 9.5,
  '@rope/webgpu': 41,
})

const ROPE = "import { createRope } from '@rope/core'; import { createJsBackend } from '@rope/js'"

/** Programs that use a part of an entry, or parts of several, by the package whose README has them. */
const PROGRAMS = /** @type {const} */ ([
  {
    of: '@rope/core',
    name: '`RopeError` alone',
    program: "import { RopeError } from '@rope/core'; use(RopeError)",
    most: 0.4,
  },
  {
    of: '@rope/core',
    name: '`createRope` and the js backend',
    program: `${ROPE}; use(createRope, createJsBackend)`,
    // 23.3 before calls were read strictly: unread fields, lists of every kind, what is meant instead.
    most: 27.5,
  },
  {
    of: '@rope/core',
    name: '`createRope`, the js backend and `fromHuggingFace`',
    program: `${ROPE}; import { fromHuggingFace } from '@rope/core/huggingface'; use(createRope, createJsBackend, fromHuggingFace)`,
    // 4.4 kB of it are the table of models, without which a file's pairing would be a guess.
    most: 42.5,
  },
  {
    of: '@rope/auto',
    name: '`createRope` of `@rope/auto`',
    program: "import { createRope } from '@rope/auto'; use(createRope)",
    most: 34.5,
  },
])

/** The head of every table. */
const HEAD = `| what a bundle takes, minified and gzipped | at load | later, by \`import()\` | at load at most |
| --- | --- | --- | --- |
`

/**
 * Every row there has to be: one for each entry of a public package, then the programs.
 * @returns {Row[]}
 */
export function sizeRows() {
  return publicPackages(ROOT).flatMap(({ folder, manifest }) => {
    const readme = join(folder, 'README.md')
    const others = Object.keys(manifest.peerDependencies ?? {})
    const entries = modulesOf(manifest).map((subpath) => {
      const entry = manifest.name + subpath.slice(1)
      const most = ENTRIES[entry]
      if (most === undefined) throw new Error(`${entry} has no budget in tooling/built/sizes.mjs`)
      const program = `import * as all from '${entry}'; use(all)`
      return { name: `all of \`${entry}\``, readme, folder, program, others, most }
    })
    const programs = PROGRAMS.filter(({ of }) => of === manifest.name).map(
      ({ name, program, most }) => ({ name, readme, folder: ROOT, program, others, most }),
    )
    return [...entries, ...programs]
  })
}

/**
 * Bundles a row's program and weighs it.
 * @param {Row} row
 * @returns {Promise<Size>}
 */
export async function measureSize({ folder, program, others }) {
  const contents = `const use = (...all) => console.log(all); ${program}`
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: ROOT,
    outdir: 'never-written',
    external: ['node:*', ...builtinModules, ...others],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const loaded = new Set()
  const load = (/** @type {string} */ path) => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') load(next)
    }
  }
  load('never-written/stdin.js')
  const isLoaded = (/** @type {{ path: string }} */ { path }) => loaded.has(relative(ROOT, path))
  return {
    atLoad: gzipped(outputFiles.filter(isLoaded)),
    later: gzipped(outputFiles.filter((file) => !isLoaded(file))),
  }
}

/**
 * @param {readonly { readonly contents: Uint8Array }[]} files
 * @returns {number} kB; nothing at all for no files
 */
function gzipped(files) {
  if (files.length === 0) return 0
  return gzipSync(Buffer.concat(files.map(({ contents }) => contents)), { level: 9 }).length / 1000
}

/**
 * What the table of a README says, by the names of its rows.
 * @param {string} text
 * @returns {ReadonlyMap<string, Size & { readonly most: number }>}
 */
export function statedSizes(text) {
  const lines = tableOf(text).split('\n').slice(2)
  return new Map(
    lines.map((line) => {
      const [name = '', atLoad, later, most] = line.slice(2, -2).split(' | ')
      return [name, { atLoad: kilobytes(atLoad), later: kilobytes(later), most: kilobytes(most) }]
    }),
  )
}

/**
 * Whether a table may state this for what has been measured: within 5 %, or as near as it can be said.
 * @param {number} stated kB
 * @param {number} measured kB
 */
export function isHonest(stated, measured) {
  return Math.abs(stated - measured) <= Math.max(0.05 * measured, 0.05)
}

/** @param {string} text */
function tableOf(text) {
  const start = text.indexOf(HEAD)
  if (start === -1) return ''
  const end = text.indexOf('\n\n', start)
  return text.slice(start, end === -1 ? undefined : end)
}

/** @param {string} [cell] */
const kilobytes = (cell = '') => (cell === NOTHING ? 0 : Number(/^([\d.]+) kB$/.exec(cell)?.[1]))

const NOTHING = '-'

/** @param {number} size kB */
const cellOf = (size) => (size === 0 ? NOTHING : `${size.toFixed(1)} kB`)

async function writeTables() {
  /** @type {Map<string, string>} */
  const lines = new Map()
  for (const row of sizeRows()) {
    const { atLoad, later } = await measureSize(row)
    const cells = [row.name, cellOf(atLoad), cellOf(later), `${row.most} kB`]
    lines.set(row.readme, `${lines.get(row.readme) ?? ''}| ${cells.join(' | ')} |\n`)
  }
  for (const [readme, rows] of lines) {
    const text = readFileSync(readme, 'utf8')
    const table = tableOf(text)
    if (table === '') throw new Error(`${readme} has no table of sizes; it begins with\n${HEAD}`)
    writeFileSync(
      readme,
      text.replace(table, () => (HEAD + rows).trimEnd()),
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeTables()

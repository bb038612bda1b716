/**
 * Every rule of the repository check bites: a good workspace passes, and each single deviation is
 * reported by its rule, by file and by reason.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkRepository, report } from '../check.mjs'
import { entry, type Files, LIBRARY, manifest, problemsWith } from './fixture.js'

const ARROWS = 'imports follow the arrows'
const SHAPE = 'packages have the agreed shape'
const LANGUAGE = 'no any, non-null !, enum or default export'
const CALLED = 'every script is called'
const NEUTRAL = 'no registry URLs or machine paths'

/** Every string in `expected` must be part of the only problem that `changes` cause. */
function expectOneProblem(changes: Files, ...expected: readonly string[]): void {
  const problems = problemsWith(changes)
  expect(problems).toHaveLength(1)
  for (const part of expected) expect(problems[0]).toContain(part)
}

test('a workspace as it should be passes every rule', () => {
  expect(problemsWith({})).toEqual([])
})

test('the rules of this very repository are all there and say what they check', () => {
  const findings = checkRepository(fileURLToPath(new URL('../../../', import.meta.url)))
  expect(findings).toHaveLength(11)
  expect(report([{ rule: 'a', problems: [] }])).toBe('ok     a')
  expect(report([{ rule: 'a', problems: ['b'] }])).toBe('FAILED a\n  b')
})

describe(ARROWS, () => {
  const jsWith = (line: string): Files => ({ 'packages/js/src/more.ts': `${line}\n` })

  test.each([
    [
      'core imports nothing of the workspace',
      'packages/core/src/two.ts',
      "import '@rope/js'",
      'packages/core do not lead',
    ],
    [
      'core imports nothing from outside',
      'packages/core/src/two.ts',
      "import 'left-pad'",
      'depends on nothing',
    ],
    [
      'core imports nothing of Node',
      'packages/core/src/two.ts',
      "import 'node:fs'",
      'depends on nothing',
    ],
    [
      'core may not even name a type',
      'packages/core/src/two.ts',
      "import type { A } from '@rope/js'",
      'do not lead',
    ],
    [
      'core may not hide it in an import type',
      'packages/core/src/two.ts',
      "type A = import('@rope/js').A",
      'do not lead',
    ],
    [
      'core may not re-export a backend',
      'packages/core/src/two.ts',
      "export { a } from '@rope/js'",
      'do not lead',
    ],
    [
      'core may not load it lazily',
      'packages/core/src/two.ts',
      "import('@rope/js')",
      'do not lead',
    ],
    [
      'tests follow the arrows too',
      'packages/core/test/two.test.ts',
      "import '@rope/js'",
      'do not lead',
    ],
    [
      'a backend does not know the dispatcher',
      'packages/js/src/two.ts',
      "import '@rope/auto'",
      'do not lead',
    ],
    [
      'nobody imports an app',
      'packages/auto/src/two.ts',
      "import '@rope/tour'",
      'does not export .',
    ],
    [
      'auto loads backends lazily only',
      'packages/auto/src/two.ts',
      "import { a } from '@rope/js'",
      'lazily',
    ],
    [
      'an app declares what it imports',
      'apps/tour/src/two.ts',
      "import '@rope/core'",
      'not in the dependencies',
    ],
    [
      'an app declares its libraries',
      'apps/tour/src/two.ts',
      "import 'left-pad'",
      'not in the dependencies',
    ],
    [
      'no reaching into another folder',
      'apps/tour/src/two.ts',
      "import '../../../packages/core/src/one.js'",
      'leaves apps/tour',
    ],
    [
      'nor from a test',
      'apps/tour/test/two.test.ts',
      "import '../../../packages/core/src/one.js'",
      'leaves apps/tour',
    ],
    [
      'no reaching behind the exports',
      'packages/js/src/two.ts',
      "import '@rope/core/dist/one.js'",
      'does not export ./dist/one.js',
    ],
    [
      'no importing oneself by name',
      'packages/js/src/two.ts',
      "import '@rope/js'",
      'relative imports',
    ],
  ])('%s', (_, file, line, reason) => {
    expectOneProblem({ [file]: `${line}\n` }, ARROWS, `${file}:1`, reason)
  })

  test('a package that no table names is a backend', () => {
    const extra = { ...LIBRARY, dependencies: { '@rope/js': 'workspace:^' } }
    expectOneProblem(
      {
        'packages/new/package.json': manifest('new', extra),
        'packages/new/README.md': '',
        'packages/new/tsconfig.json': '',
        'packages/new/test/a.test.ts': '',
        'packages/new/src/index.ts': "export { createNewBackend, probeNew } from './a.js'",
        'packages/new/src/a.ts': "import '@rope/js'",
      },
      ARROWS,
      'packages/new do not lead to packages/js',
    )
  })

  test('tests may use Node, the test tools and their own package by name', () => {
    const lines = [
      "import 'node:fs'",
      "import 'vitest'",
      "import '@rope/js'",
      "import '../src/index.js'",
    ]
    expect(problemsWith({ 'packages/js/test/two.test.ts': lines.join('\n') })).toEqual([])
  })

  test('the line is that of the import', () => {
    expectOneProblem(jsWith("\n\nimport '@rope/auto'"), 'packages/js/src/more.ts:3')
  })
})

describe('no import cycles, of files or of folders', () => {
  const pair = (first: string, second: string): Files => ({
    'packages/core/src/a.ts': first,
    'packages/core/src/b.ts': second,
  })

  test('two files', () => {
    expectOneProblem(
      pair("import './b.js'", "import './a.js'"),
      'no import cycles',
      'packages/core/src/a.ts -> packages/core/src/b.ts -> packages/core/src/a.ts',
    )
  })

  test('a file with markup counts', () => {
    const files = {
      'packages/js/src/rows/a.ts': "import './b.js'",
      'packages/js/src/rows/b.tsx': "import './a.js'",
    }
    expectOneProblem(files, 'packages/js/src/rows/a.ts -> packages/js/src/rows/b.tsx')
  })

  test('types count', () => {
    expectOneProblem(
      pair("import type { B } from './b.js'", "import type { A } from './a.js'"),
      'cycle',
    )
  })

  test('re-exports and lazy imports count', () => {
    expectOneProblem(pair("export { b } from './b.js'", "import('./a.js')"), 'cycle')
  })

  test('a file that imports itself', () => {
    expectOneProblem(
      { 'packages/core/src/a.ts': "import './a.js'" },
      'a.ts -> packages/core/src/a.ts',
    )
  })

  test('a long way round', () => {
    const files = Object.fromEntries(
      [1, 2, 3, 4].map((i) => [`packages/core/src/f${i}.ts`, `import './f${(i % 4) + 1}.js'`]),
    )
    expectOneProblem(files, 'cycle', 'f1.ts', 'f2.ts', 'f3.ts', 'f4.ts')
  })

  test('a diamond is no cycle', () => {
    const diamond = pair("import './c.js'\nimport './b.js'", "import './c.js'")
    expect(problemsWith({ ...diamond, 'packages/core/src/c.ts': '' })).toEqual([])
  })

  test('two folders, though no two files', () => {
    expectOneProblem(
      {
        'packages/js/src/x/a.ts': "import '../y/b.js'",
        'packages/js/src/x/c.ts': '',
        'packages/js/src/y/b.ts': '',
        'packages/js/src/y/d.ts': "import '../x/c.js'",
      },
      'import cycle of folders in packages/js/src: x -> y -> x',
    )
  })

  test('a folder and a file beside it', () => {
    expectOneProblem(
      {
        'packages/js/src/x/a.ts': "import '../more.js'",
        'packages/js/src/x/c.ts': '',
        'packages/js/src/more.ts': "import './x/c.js'",
      },
      'more.ts -> x -> more.ts',
    )
  })
})

describe('the rings of core: inwards only, and schedules are data', () => {
  const registry =
    "/** All. */\n\n/** All. */\nexport const REGISTRY = { yarn: 1, 'ntk-alpha': 2 }\n"
  const schedules = { 'packages/core/src/schedule/registry.ts': registry }
  const room = (path: string, text: string): Files => ({ [`packages/core/src/${path}`]: text })

  test('an import inwards is fine, and so is one within a room', () => {
    const files = {
      ...room('rope/a.ts', "import '../plan/b.js'\nimport './c.js'"),
      ...room('rope/c.ts', ''),
      ...room('plan/b.ts', ''),
    }
    expect(problemsWith(files)).toEqual([])
  })

  test.each([
    ['outwards', 'plan/b.ts', "import '../rope/a.js'", 'rope/a.ts', 'rope is no ring inside plan'],
    ['to a neighbour', 'weights/b.ts', "import '../parallel/a.js'", 'parallel/a.ts', 'parallel is'],
    ['to a door', 'plan/b.ts', "import '../doors/a.js'", 'doors/a.ts', 'doors is no ring inside'],
  ])('not %s', (_name, from, text, to, expected) => {
    expectOneProblem(
      { ...room(from, text), ...room(to, '') },
      `packages/core/src/${from}`,
      expected,
    )
  })

  test('a new room needs a ring', () => {
    expectOneProblem(
      room('attic/a.ts', ''),
      'packages/core/src/attic/a.ts: attic stands in no ring',
    )
  })

  test.each([
    "/** A. */\n\n/** A. */\nexport const a = (type: string): boolean => type === 'yarn'\n",
    "/** A. */\n\n/** A. */\nexport const a = (type: string): boolean => 'ntk-alpha' !== type\n",
    "/** A. */\n\n/** A. */\nexport function a(type: string): void {\n  switch (type) {\n    case 'yarn':\n  }\n}\n",
  ])('no question for the name of a schedule: %j', (text) => {
    const name = text.includes('yarn') ? 'yarn' : 'ntk-alpha'
    expectOneProblem(
      { ...schedules, ...room('rotation/a.ts', text) },
      'packages/core/src/rotation/a.ts',
      `asks for schedule '${name}' by its name`,
    )
    for (const path of ['schedule/a.ts', 'presets/a.ts', 'models/a.ts']) {
      expect(problemsWith({ ...schedules, ...room(path, text) })).toEqual([])
    }
  })

  test('other words are free', () => {
    const text =
      "/** A. */\n\n/** A. */\nexport const a = (type: string): boolean => type === 'half'\n"
    expect(problemsWith({ ...schedules, ...room('rotation/a.ts', text) })).toEqual([])
  })
})

describe('the surface of core and bench is as listed', () => {
  const LIST = 'packages/core/surface.txt'

  test('as it is', () => {
    expect(problemsWith({ [LIST]: '@rope/core one\n' })).toEqual([])
  })

  test('a name that the list lacks', () => {
    expectOneProblem({ [LIST]: '\n' }, `${LIST} lacks: @rope/core one`)
  })

  test('a name that is gone', () => {
    expectOneProblem({ [LIST]: '@rope/core one\n@rope/core two\n' }, `in vain: @rope/core two`)
  })

  test('a name that the list of bench lacks, behind a door that is a folder', () => {
    const doors = { '.': entry('index'), './rows': entry('rows') }
    expectOneProblem(
      {
        'packages/bench/surface.txt': '@rope/bench one\n',
        'packages/bench/package.json': manifest('bench', { exports: doors }),
        'packages/bench/src/index.ts': "export { one } from './one.js'\n",
        'packages/bench/src/one.ts': '/** One. */\n\n/** One. */\nexport const one = 1\n',
        'packages/bench/src/rows/index.ts': "export { two } from './two.js'\n",
        'packages/bench/src/rows/two.ts': '/** Two. */\n\n/** Two. */\nexport const two = 2\n',
        'packages/bench/README.md': '',
        'packages/bench/tsconfig.json': '{}',
        'packages/bench/test/some.test.ts': "import { expect, test } from 'vitest'\n",
      },
      'packages/bench/surface.txt lacks: @rope/bench/rows two',
    )
  })

  test('one name behind two doors', () => {
    const exports = { '.': entry('index'), './side': entry('side') }
    expectOneProblem(
      {
        [LIST]: '@rope/core one\n@rope/core/side one\n',
        'packages/core/package.json': manifest('core', { exports }),
        'packages/core/src/doors/side.ts': "export { one } from '../one.js'\n",
      },
      'one stands behind @rope/core and @rope/core/side; one is enough',
    )
  })

  test('too many names at the root', () => {
    const names = Array.from({ length: 61 }, (_, i) => `one${i}`)
    const docs = names.map((name) => `/** One. */\nexport const ${name} = 1\n`).join('\n')
    expectOneProblem(
      {
        [LIST]: `${names.map((name) => `@rope/core ${name}\n`).join('')}@rope/core one\n`,
        'packages/core/src/index.ts': `export { one, ${names.join(', ')} } from './one.js'\n`,
        'packages/core/src/one.ts': `/** All. */\n\n${docs}\n/** One. */\nexport const one = 1\n`,
      },
      'the root door of @rope/core has 62 names; 60 at most',
    )
  })
})

describe('nothing imports its own index', () => {
  test('of the package', () => {
    const problems = problemsWith({
      'packages/core/src/two.ts': "import { one } from './index.js'",
    })
    expect(problems).toEqual([
      'nothing imports its own index: packages/core/src/two.ts:1 imports ./index.js, its own index',
    ])
  })

  test('of the folder, while a sibling folder may', () => {
    const files = {
      'packages/js/src/x/index.ts': '',
      'packages/js/src/y.ts': "import './x/index.js'",
    }
    expect(problemsWith(files)).toEqual([])
    expectOneProblem({ ...files, 'packages/js/src/x/z.ts': "import './index.js'" }, 'x/z.ts:1')
  })
})

describe(SHAPE, () => {
  const core = (extra: object): Files => ({
    'packages/core/package.json': manifest('core', { ...LIBRARY, ...extra }),
  })

  test.each(['README.md', 'tsconfig.json'])('a package without %s', (name) => {
    expectOneProblem({ [`packages/core/${name}`]: null }, SHAPE, `there is no ${name}`)
  })

  test('a package without tests', () => {
    expectOneProblem({ 'packages/core/test/some.test.ts': null }, SHAPE, 'there is no test')
  })

  test('a folder that is no package', () => {
    const problems = problemsWith({ 'packages/empty/README.md': '' })
    expect(problems).toContain(`${SHAPE}: packages/empty: there is no package.json`)
  })

  test('a folder that holds only what was made is nothing', () => {
    expect(problemsWith({ 'packages/gone/node_modules/a/index.js': '' })).toEqual([])
  })

  test('a library without its index', () => {
    const problems = problemsWith({ 'packages/core/src/index.ts': null })
    expect(problems).toContain(`${SHAPE}: packages/core: there is no src/index.ts`)
  })

  test.each([
    ['name', '@other/core'],
    ['license', 'ISC'],
    ['type', 'commonjs'],
    ['sideEffects', true],
  ])('a manifest with another %s', (field, value) => {
    const problems = problemsWith(core({ [field]: value }))
    expect(problems.some((problem) => problem.includes(`packages/core: ${field} is not`))).toBe(
      true,
    )
  })

  test.each([
    [{ description: 'todo' }, 'description is not a sentence'],
    [{ engines: { node: '>=18' } }, 'engines.node is not >=20.19'],
    [{ repository: 'somewhere' }, 'repository names a host'],
    [{ exports: { '.': './dist/index.js' } }, 'exports["."] is not'],
    [
      { exports: { ...(LIBRARY as { exports: object }).exports, './x': {} } },
      'exports["./x"] has no source',
    ],
  ])('a manifest with %o', (extra, reason) => {
    const problems = problemsWith(core(extra))
    expect(problems.some((problem) => problem.startsWith(SHAPE) && problem.includes(reason))).toBe(
      true,
    )
  })

  test('require without declarations of its own', () => {
    const entry = {
      import: { types: './dist/index.d.ts', default: './dist/index.js' },
      require: { types: './dist/index.d.ts', default: './dist/index.cjs' },
    }
    expectOneProblem(core({ exports: { '.': entry } }), SHAPE, 'index.d.cts')
  })

  test('a published package with neither exports nor a command', () => {
    expectOneProblem(
      {
        'packages/cli/package.json': manifest('cli'),
        'packages/cli/README.md': '',
        'packages/cli/tsconfig.json': '',
        'packages/cli/src/main.ts': '',
        'packages/cli/test/a.test.ts': '',
      },
      SHAPE,
      'neither exports nor a command',
    )
  })

  test('the C kernels need no TypeScript, but the rest', () => {
    const extra = { private: true, exports: { '.': './paths.cjs' } }
    const files: Files = {
      'packages/kernels/package.json': manifest('kernels', extra),
      'packages/kernels/README.md': '',
      'packages/kernels/test/kernels.c': '',
    }
    expect(problemsWith(files)).toEqual([])
    expectOneProblem({ ...files, 'packages/kernels/README.md': null }, SHAPE, 'no README.md')
    expectOneProblem(
      { ...files, 'packages/js/src/two.ts': "import '@rope/kernels'" },
      ARROWS,
      'do not lead to packages/kernels',
    )
  })

  test('a public app', () => {
    expectOneProblem(
      {
        'apps/tour/package.json': manifest('tour', {
          bin: 'x',
          dependencies: { '@rope/auto': '*' },
        }),
      },
      'an app is private',
    )
  })

  test('a backend without its two functions', () => {
    expectOneProblem(
      { 'packages/js/src/index.ts': "export { probeJs } from './backend.js'" },
      SHAPE,
      'createjsBackend',
    )
    expectOneProblem(
      { 'packages/js/src/index.ts': "export { createJsBackend } from './backend.js'" },
      SHAPE,
      'probejs',
    )
  })
})

describe('every export has a docstring', () => {
  const header = '/** What this file is. */\n\n'

  test.each([
    ['a function', 'export function two(): void {}'],
    ['a constant', 'export const two = 2'],
    ['a destructured constant', 'export const { two } = object'],
    ['a class', 'export class two {}'],
    ['an interface', 'export interface two {}'],
    ['a type', 'export type two = 2'],
    ['something exported by a list', 'const two = 2\nexport { two }'],
    ['something exported under another name', 'const two = 2\nexport { two as deux }'],
    ['something with tags only', '/** @internal */\nexport const two = 2'],
    ['something with an empty docstring', '/** */\nexport const two = 2'],
    ['something with a plain comment', '// Two.\nexport const two = 2'],
  ])('%s', (_, code) => {
    expectOneProblem(
      { 'packages/core/src/two.ts': `${header}${code}\n` },
      'exports two without a docstring',
    )
  })

  test('the comment that opens the file is not the docstring of its first export', () => {
    expectOneProblem(
      { 'packages/core/src/two.ts': '/** A file. */\nexport const two = 2' },
      'exports two',
    )
  })

  test('documented overloads, re-exports and unexported code pass', () => {
    const code = `${header}/** Two. */
export function two(a: number): number
export function two(a: string): string
export function two(a: unknown): unknown {
  return a
}
function three(): void {}
export { one } from './one.js'
`
    expect(problemsWith({ 'packages/core/src/two.ts': code })).toEqual([])
  })
})

describe(LANGUAGE, () => {
  test.each([
    ['let a: any', 'any'],
    ['f(x as any)', 'any'],
    ['let a: readonly any[]', 'any'],
    ['x!.y()', 'non-null'],
    ['enum A { B }', 'enum'],
    ['const enum A { B }', 'enum'],
    ['export default 1', 'default export'],
    ['/** F. */\nexport default function f() {}', 'default export'],
  ])('%s', (code, what) => {
    const problems = problemsWith({ 'packages/js/test/two.test.ts': `/** A file. */\n\n${code}\n` })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`${LANGUAGE}: packages/js/test/two.test.ts`)
    expect(problems[0]).toContain(what)
  })

  test('a config file may have a default export', () => {
    expect(
      problemsWith({ 'packages/js/src/a.config.ts': '/** A. */\n\n/** B. */\nexport default 1' }),
    ).toEqual([])
  })
})

describe('the top level is tidy', () => {
  test.each(['notes.md', 'src/a.ts', 'vitest.config.ts'])('%s does not belong there', (path) => {
    expectOneProblem({ [path]: '' }, `${path.split('/')[0]} does not belong at the top level`)
  })

  test.each([
    'LICENSE',
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'turbo.json',
    '.ci/run',
  ])('%s is missing', (path) => {
    expectOneProblem({ [path]: null }, `there is no ${path.split('/')[0]}`)
  })

  test('dotfiles and BENCHMARKS.md are welcome', () => {
    expect(problemsWith({ '.editorconfig': '', 'BENCHMARKS.md': '' })).toEqual([])
  })
})

describe(CALLED, () => {
  const path = 'packages/js/scripts/copy-files.mjs'

  test('a script that nothing calls', () => {
    expectOneProblem({ [path]: '// copy-files.mjs\n' }, CALLED, `${path} is called by nothing`)
  })

  test.each([
    ['an npm script', 'packages/js/extra.json', '{ "build": "node scripts/copy-files.mjs" }'],
    ['another script', 'packages/js/test/a.mjs', "import '../scripts/copy-files.mjs'"],
    ['a document', 'packages/js/MORE.md', 'run `node packages/js/scripts/copy-files.mjs`'],
  ])('one that %s calls', (_, caller, text) => {
    expect(problemsWith({ [path]: '', [caller]: text })).toEqual([])
  })

  test('a longer name is another', () => {
    const text = "import '../scripts/copy-files.mjs.more'; import './do-copy-files.mjs'"
    expectOneProblem({ [path]: '', 'packages/js/test/a.mjs': text }, CALLED, path)
  })
})

describe(NEUTRAL, () => {
  const scheme = 'https:'
  const slash = '/'

  test.each([
    ['README.md', `${scheme}//registry.npmjs.org/pnpm`],
    ['packages/core/README.md', `${scheme}//www.npmjs.com/package/rope`],
    ['.npmrc', `registry=${scheme}//npm.example.org/`],
    ['.ci/run', `${scheme}//artifactory.example.org/npm`],
    ['pnpm-lock.yaml', `tarball: ${scheme}//example.org/a.tgz`],
  ])('%s with a URL: %s', (path, text) => {
    expectOneProblem({ [path]: `first line\n${text}\n` }, NEUTRAL, `${path}:2 holds`)
  })

  test.each(['home/me/x', 'Users/me/x', 'root/x', 'work/main/x'])('the path /%s', (path) => {
    expectOneProblem(
      { 'tooling/a.sh': `cd ${slash}${path}\n` },
      NEUTRAL,
      `tooling/a.sh:1 holds /${path}`,
    )
  })

  test('a Windows path', () => {
    expectOneProblem({ 'tooling/a.sh': 'C:\\Users' + '\\me' }, NEUTRAL, 'C:')
  })

  test('other URLs, relative paths and binary files pass', () => {
    const files = {
      'README.md': `${scheme}//arxiv.org/abs/2104.09864 and packages/work/x and ./home/x`,
      'tooling/a.bin': `\0${slash}home/me/x`,
    }
    expect(problemsWith(files)).toEqual([])
  })
})

/**
 * Every rule of the repository check bites: a good workspace passes, and each single deviation is
 * reported by its rule, by file and by reason.
 */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkRepository, report } from '../check.mjs'
import { type Files, LIBRARY, manifest, problemsWith } from './fixture.js'

const ARROWS = 'imports follow the arrows'
const SHAPE = 'packages have the agreed shape'
const LANGUAGE = 'no any, non-null !, enum or default export'
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
  expect(findings).toHaveLength(8)
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

describe('no import cycles', () => {
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
      'packages/core/src/x/index.ts': '',
      'packages/core/src/y.ts': "import './x/index.js'",
    }
    expect(problemsWith(files)).toEqual([])
    expectOneProblem({ ...files, 'packages/core/src/x/z.ts': "import './index.js'" }, 'x/z.ts:1')
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

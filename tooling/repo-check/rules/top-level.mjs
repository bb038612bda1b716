/**
 * The top level of the repository holds what it has to and nothing else; dotfiles are free.
 */
import { readdirSync } from 'node:fs'
import { MADE_FOLDERS } from '../model.mjs'

/** Everything that may stand at the top. */
const ALLOWED = [
  'apps',
  'packages',
  'tooling',
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.base.json',
  'turbo.json',
  'ARCHITECTURE.md',
  'BENCHMARKS.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
]

/** What must: benchmarks come with the packages that they measure. */
const REQUIRED = [...ALLOWED.filter((name) => name !== 'BENCHMARKS.md'), '.changeset', '.ci']

/**
 * Reports files and folders that do not belong at the top, and those that are missing there.
 * @param {import('../model.mjs').Workspace} workspace
 */
export function topLevel({ root }) {
  const present = readdirSync(root).filter((name) => !MADE_FOLDERS.includes(name))
  return [
    ...present
      .filter((name) => !name.startsWith('.') && !ALLOWED.includes(name))
      .map((name) => `${name} does not belong at the top level`),
    ...REQUIRED.filter((name) => !present.includes(name)).map((name) => `there is no ${name}`),
  ]
}

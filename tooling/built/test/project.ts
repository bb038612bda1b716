/**
 * A user's project in a temporary folder, outside the workspace: it has our built packages in its
 * node_modules and knows nothing else about us.
 */

import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The workspace's root folder. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

/** The public names of every library, such as '@rope/core' and '@rope/core/conformance'. */
export function publicNames(): string[] {
  return libraries().flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((subpath) => !subpath.endsWith('.json'))
      .map((subpath) => name + subpath.slice(1)),
  )
}

/** A project with the given files; call `remove` when done. */
export interface Project {
  readonly folder: string
  readonly remove: () => void
}

/** Makes a project that may import every library of the workspace. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'a user '))
  mkdirSync(join(folder, 'node_modules/@rope'), { recursive: true })
  for (const { name, path } of libraries()) symlinkSync(path, join(folder, 'node_modules', name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** What a strict compiler says about files of a project, a line per complaint. */
export function compile(project: Project, files: Readonly<Record<string, string>>): string[] {
  const names = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(project.folder, name), text)
    return join(project.folder, name)
  })
  const program = ts.createProgram(names, {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  })
  const complaints = ts.getPreEmitDiagnostics(program).map((found) => {
    const text = ts.flattenDiagnosticMessageText(found.messageText, ' ')
    return found.file === undefined ? text : `${found.file.fileName}: ${text}`
  })
  if (complaints.length === 0) program.emit()
  return complaints
}

/** Runs a program of a project with Node. */
export function runProgram(
  project: Project,
  name: string,
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [name], {
    cwd: project.folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

interface Library {
  readonly name: string
  readonly path: string
  readonly exports: Readonly<Record<string, unknown>>
}

function libraries(): Library[] {
  return readdirSync(join(ROOT, 'packages'))
    .map((name) => join(ROOT, 'packages', name))
    .map((path) => ({ path, ...readManifest(path) }))
    .filter(({ exports }) => '.' in exports)
}

function readManifest(path: string): { name: string; exports: Readonly<Record<string, unknown>> } {
  const { name, exports = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  return { name, exports }
}

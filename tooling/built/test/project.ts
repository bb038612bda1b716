/**
 * A user's project in a temporary folder, outside the workspace: it has our built packages in its
 * node_modules and knows nothing else about us.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import ts from 'typescript'
import { listPackages, modulesOf, ROOT } from '../../setup/workspace.mjs'

/** How a program ended. */
export interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project that may import every library of the workspace. */
export interface Project {
  readonly folder: string
  /**
   * Writes files by name, and gives what a strict compiler says about each: nothing for a file
   * that is right, which is then compiled.
   */
  readonly compile: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string[]>>
  /** Runs a program of the project with Node; with `text`, writes it first. */
  readonly run: (name: string, text?: string) => Ending
  readonly remove: () => void
}

/** Makes a project; its path has a space in it. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'a user '))
  mkdirSync(join(folder, 'node_modules/@rope'), { recursive: true })
  for (const { name, path, peers } of libraries()) {
    symlinkSync(path, join(folder, 'node_modules', name))
    for (const peer of peers) linkPeer(peer, path, folder)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'globals.d.ts'), GLOBALS)
  return {
    folder,
    compile: (files) => compile(folder, files),
    run(name, text) {
      if (text !== undefined) writeFileSync(join(folder, name), text)
      const options = { cwd: folder, encoding: 'utf8' } as const
      const { status, stdout, stderr } = spawnSync(process.execPath, [name], options)
      return { status, stdout, stderr }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** What a library's user installs beside it, as the library itself has it here. */
function linkPeer(peer: string, path: string, folder: string): void {
  const link = join(folder, 'node_modules', peer)
  mkdirSync(dirname(link), { recursive: true })
  if (!existsSync(link)) symlinkSync(join(path, 'node_modules', peer), link)
}

/** The public names of every library, such as '@rope/core' and '@rope/core/conformance'. */
export function publicNames(): string[] {
  return libraries().flatMap(({ name, modules }) =>
    modules.map((subpath) => name + subpath.slice(1)),
  )
}

/** The folder of every library. */
export function libraryFolders(): string[] {
  return libraries().map(({ path }) => path)
}

/** All that the examples need of a platform; its whole library would take a second to read. */
const GLOBALS = 'declare const console: { log(...values: unknown[]): void }\n'

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  types: [],
}

function compile(
  folder: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, string[]>> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const paths = [...Object.keys(files), 'globals.d.ts'].map((name) => join(folder, name))
  const program = ts.createProgram(paths, OPTIONS)
  const complaints: Record<string, string[]> = {}
  for (const name of Object.keys(files)) complaints[name] = []
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    // Declarations of other people's packages may need a platform that an example does not.
    if (file !== undefined && /\/node_modules\/\.pnpm\//.test(file.fileName)) continue
    // A complaint about our own declarations belongs to everybody who imports them.
    const name = file === undefined ? '' : basename(file.fileName)
    const text = ts.flattenDiagnosticMessageText(messageText, ' ')
    for (const list of name in files ? [complaints[name]] : Object.values(complaints)) {
      list?.push(name in files ? text : `${file?.fileName}: ${text}`)
    }
  }
  program.emit()
  return complaints
}

interface Library {
  readonly name: string
  readonly path: string
  readonly modules: readonly string[]
  readonly peers: readonly string[]
}

function libraries(): Library[] {
  return listPackages(ROOT)
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      path: folder,
      modules: modulesOf(manifest),
      peers: Object.keys(manifest.peerDependencies ?? {}),
    }))
    .filter(({ modules }) => modules.length > 0)
}

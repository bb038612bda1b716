/**
 * A user's project in a temporary folder, outside the workspace: its node_modules is what our
 * tarballs unpack to, and it knows nothing else about us.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { inject } from 'vitest'
import { modulesOf, ROOT } from '../../setup/workspace.mjs'
import { packedPackages } from '../packed.js'

/** How a program ended. */
export interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A project that may import every library that is published. */
export interface Project {
  readonly folder: string
  /**
   * Writes files by name, and gives what a strict compiler says about each: nothing for a file
   * that is right, which is then compiled.
   */
  readonly compile: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string[]>>
  /** Runs a program of the project with Node and arguments; with `text`, writes it first. */
  readonly run: (name: string, text?: string, args?: readonly string[]) => Ending
  readonly remove: () => void
}

/** Makes a project; its path has a space in it. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'a user '))
  symlinkSync(inject('packed').modules, join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'globals.d.ts'), GLOBALS)
  return {
    folder,
    compile: (files) => compile(folder, files),
    run(name, text, args = []) {
      if (text !== undefined) writeFileSync(join(folder, name), text)
      // NODE_PATH, which pnpm sets for its commands, would let the project find the workspace's packages.
      const env = { ...process.env, NODE_PATH: '' }
      const options = { cwd: folder, encoding: 'utf8', env } as const
      const { status, stdout, stderr } = spawnSync(process.execPath, [name, ...args], options)
      return { status, stdout, stderr }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** The public names of every library, such as '@rope/core' and '@rope/core/conformance'. */
export function publicNames(): string[] {
  return libraries().flatMap(({ name, modules }) =>
    modules.map((subpath) => name + subpath.slice(1)),
  )
}

const WEBGPU_TYPES = join(ROOT, 'packages/webgpu/node_modules/@webgpu/types/dist/index.d.ts')

/**
 * All that the examples need of a platform, whose whole library would take a second to read, and the
 * types of WebGPU, which a user's project has from the DOM library or from this package.
 */
const GLOBALS = `/// <reference path="${realpathSync(WEBGPU_TYPES)}" />
declare const console: { log(...values: unknown[]): void }
`

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

function libraries(): { name: string; modules: readonly string[] }[] {
  return packedPackages(inject('packed'))
    .map(({ manifest }) => ({ name: manifest.name, modules: modulesOf(manifest) }))
    .filter(({ modules }) => modules.length > 0)
}

/**
 * How everything is built. A library: ES modules first, CommonJS beside them, declarations for
 * both. A program: one ES module that Node runs.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Options } from 'tsup'
import { modulesOf, readManifest, sourceOf } from '../setup/workspace.mjs'

/** Entries by the name of the built file, such as `{ index: 'src/index.ts' }`. */
type Entry = Readonly<Record<string, string>>

/** One entry for each door of a package's manifest: the file that stands behind it. */
export function doorsOf(configUrl: string): Entry {
  const folder = fileURLToPath(new URL('.', configUrl))
  return Object.fromEntries(
    modulesOf(readManifest(folder)).map((door) => [
      door === '.' ? 'index' : door.slice(2),
      sourceOf(folder, door) ?? door,
    ]),
  )
}

/** The config of a library; `options` for what one package needs on top. */
export function library(entry: Entry, options: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { ...entry },
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    // Both formats share chunks between entries, so that there is one RopeError and not four.
    splitting: true,
    // No module of ours does anything at import, so an entry imports no chunk for its own sake.
    treeshake: { moduleSideEffects: false },
    target: 'es2022',
    silent: true,
    ...options,
  })
}

/** The config of a program: its files start with the line that makes a shell run Node. */
export function program(entry: Entry): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { ...entry },
    format: ['esm'],
    banner: { js: '#!/usr/bin/env node' },
    sourcemap: true,
    clean: true,
    target: 'node20',
    silent: true,
  })
}

/**
 * The one build preset: ES modules first, CommonJS beside them, declarations for both.
 */
import { defineConfig, type Options } from 'tsup'

/** A library's tsup config for the given entries (name to source file). */
export function library(
  entry: Record<string, string>,
  options: Options = {},
): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'es2022',
    splitting: true,
    treeshake: true,
    ...options,
  })
}

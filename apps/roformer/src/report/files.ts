/**
 * The files of a run: its numbers as JSON, its curves as SVG.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes texts by their names into a folder, which is made; gives their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): string[] {
  mkdirSync(folder, { recursive: true })
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  })
}

/** Numbers as they stand in files: losses with six digits after the point. */
export function toJson(value: unknown): string {
  const rounded = (_key: string, part: unknown): unknown =>
    typeof part === 'number' ? Number(part.toFixed(6)) : part
  return `${JSON.stringify(value, rounded, 1)}\n`
}

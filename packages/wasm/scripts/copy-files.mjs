/**
 * Writes what `@rope/wasm/external` loads, beside the built code: the modules and the worker
 * script, as files.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/**
 * The text between the backticks of a source file's only template.
 * @param {string} path below src
 */
function templateIn(path) {
  const source = readFileSync(join(PACKAGE, 'src', path), 'utf8')
  const [, text] = /= `([^`]*)`/.exec(source) ?? []
  if (text === undefined) throw new Error(`${path} holds no template`)
  return text
}

/**
 * @param {string} name
 * @param {string | Uint8Array} content
 */
function write(name, content) {
  writeFileSync(join(PACKAGE, 'dist', name), content)
}

write('rope.wasm', Buffer.from(templateIn('modules/single.generated.ts'), 'base64'))
write('rope-threads.wasm', Buffer.from(templateIn('modules/threaded.generated.ts'), 'base64'))
write('rope-worker.cjs', templateIn('threads/worker-script.ts').trimStart())

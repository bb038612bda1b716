/**
 * The oracles must share no code with what they judge: this reads the imports of every reference
 * file and compares them with the short list of contract files that they may use.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url))
const FOLDER = join(SOURCE, 'reference')

/** Contract files; from those marked `types` only types may come. */
const ALLOWED: Readonly<Record<string, 'values' | 'types'>> = {
  'errors.js': 'values',
  'bounded-map.js': 'values',
  // Words of messages and checks of arguments: no arithmetic.
  'check.js': 'values',
  'limits.js': 'values',
  'numbers/dtype.js': 'types',
  'config/axes.js': 'types',
  'config/config.js': 'types',
  'contract/pairing.js': 'types',
  'schedule/schedule.js': 'types',
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

interface Import {
  readonly kind: 'values' | 'types'
  readonly target: string
}

/** Every import and re-export of a file, its target relative to src. */
function importsOf(name: string): Import[] {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  const statements = text.matchAll(/^(?:import|export) (type )?[^;'"]*?from '([^']+)'/gm)
  return Array.from(statements, ([, type, from = '']) => ({
    kind: type === undefined ? 'values' : 'types',
    target: relative(SOURCE, join(FOLDER, name, '..', from)).replaceAll('\\', '/'),
  }))
}

describe('the reference imports nothing of the fast path', () => {
  test('there is something to read', () => {
    expect(files).toContain('truth.ts')
    expect(importsOf('truth.ts').map(({ target }) => target)).toContain('config/config.js')
  })

  test.each(files)('%s', (name) => {
    const outside = importsOf(name).filter(({ target }) => !target.startsWith('reference/'))
    const refused = outside.filter(({ kind, target }) => {
      const allowed = ALLOWED[target]
      return allowed !== 'values' && allowed !== kind
    })
    expect(refused).toEqual([])
  })
})

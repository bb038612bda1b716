/**
 * The bounded map against a plain list of what was used, newest last.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoundedMap } from '../src/bounded-map.js'

const LIMIT = 3

type Use = readonly ['get' | 'set' | 'recall' | 'delete', number]

const uses = fc.array(
  fc.tuple(fc.constantFrom('get', 'set', 'recall', 'delete'), fc.integer({ min: 0, max: 5 })),
) as fc.Arbitrary<readonly Use[]>

describe('a bounded map', () => {
  test('keeps the entries that were used last, and tells of the others', () => {
    fc.assert(
      fc.property(uses, (list) => {
        const dropped: string[] = []
        const map = new BoundedMap<number, string>(LIMIT, (value) => dropped.push(value))
        const told: string[] = []
        let kept: readonly (readonly [number, string])[] = []
        const put = (key: number, value: string): void => {
          kept = [...kept.filter(([other]) => other !== key), [key, value]]
          told.push(...kept.slice(0, -LIMIT).map(([, old]) => old))
          kept = kept.slice(-LIMIT)
        }
        list.forEach(([use, key], i) => {
          const known = kept.find(([other]) => other === key)?.[1]
          const made = `${key} of ${i}`
          if (use === 'get') {
            expect(map.get(key)).toBe(known)
            if (known !== undefined) put(key, known)
          }
          if (use === 'set') {
            map.set(key, made)
            put(key, made)
          }
          if (use === 'recall') {
            expect(map.recall(key, () => made)).toBe(known ?? made)
            put(key, known ?? made)
          }
          if (use === 'delete') {
            map.delete(key)
            kept = kept.filter(([other]) => other !== key)
          }
          expect([...map.values()]).toEqual(kept.map(([, value]) => value))
          expect(dropped).toEqual(told)
        })
        map.clear()
        expect([...map.values()]).toEqual([])
      }),
    )
  })
})

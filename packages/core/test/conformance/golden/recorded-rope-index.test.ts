import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { ropeIndex } from '../../../src/positions/rope-index.js'
for (const v of [4, 5]) {
  const data = JSON.parse(readFileSync(`packages/core/src/conformance/golden/recorded-rope-index-${v}.json`, 'utf8'))
  test(`v${v}`, () => {
    for (const c of data.cases) {
      let msg = ''
      try {
        const r = ropeIndex({ ...c, imageToken: 10, videoToken: 11, padding: v === 4 ? 1 : 0 })
        const pos = JSON.stringify(r.axes.map((a) => Array.from(a))) === JSON.stringify(c.positions)
        msg = `pos ${pos} deltas ${JSON.stringify(Array.from(r.deltas)) === JSON.stringify(c.deltas)}`
      } catch (e) { msg = String(e) }
      if (!msg.includes('pos true deltas true')) console.log(v, c.name, msg)
    }
  })
}

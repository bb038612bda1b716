// @ts-nocheck
import { test } from 'vitest'
import { conformanceResults } from '/work/main/packages/core/src/conformance/index.js'
import { createJsBackend as createNaiveBackend } from '@rope/js'
test('try js', async () => {
  const t0 = performance.now()
  const counts: Record<string, number> = {}
  const slow: [number, string][] = []
  let last = t0
  let shown = 0
  const filter = process.env.FILTER
  for await (const r of conformanceResults({ name: 'naive', backend: createNaiveBackend(), createBackend: () => createNaiveBackend() }, filter ? { filter: (id) => id.includes(filter) } : {})) {
    counts[r.family + ' ' + r.status] = (counts[r.family + ' ' + r.status] ?? 0) + 1
    const now = performance.now(); slow.push([now - last, r.id]); last = now
    if (r.status === 'failed' && shown++ < 25) console.log(r.id, '\n   ', r.message)
    if (r.status === 'unsupported' && process.env.UNS) console.log(r.id, '\n   ', r.message)
  }
  slow.sort((a, b) => b[0] - a[0])
  console.log(counts, Math.round(performance.now() - t0), 'ms', slow.slice(0, 8))
}, 100000)

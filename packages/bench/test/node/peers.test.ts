import { describe, expect, test } from 'vitest'
import { ADD_PEERS, NODE_PEERS, PEER_PACKAGES } from '../../src/node/peers.js'

describe('peers from npm', () => {
  test('are pinned to exact versions', () => {
    for (const version of Object.values(PEER_PACKAGES)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test.each(NODE_PEERS)('$name is there, or says how to add it', async ({ name, load }) => {
    const found = await load().catch((error: Error) => error)
    if (found instanceof Error)
      expect(found.message).toContain(`to add the peers, run: ${ADD_PEERS}`)
    else expect(found.name).toBe(name)
  })
})

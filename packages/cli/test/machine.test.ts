import { availableParallelism, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { describeMachine } from '../src/machine.js'

test('describes the machine that runs this test', () => {
  const machine = describeMachine()
  expect(machine.node).toBe(process.versions.node)
  expect(machine.arch).toBe(process.arch)
  expect(machine.cores).toBe(availableParallelism())
  expect(machine.memory.total).toBe(totalmem())
  expect(machine.memory.free).toBeLessThanOrEqual(machine.memory.total)
  expect(machine.float16Array).toBe(Reflect.has(globalThis, 'Float16Array'))
  expect(machine.sharedArrayBuffer).toBe(true)
})

import { expect, test } from 'vitest'
import { progressOn } from '../../src/format/progress.js'
import { Recording } from '../helpers.js'

const ERASE = '\r\u001b[2K'

test('a pipe sees nothing', () => {
  const sink = new Recording(false)
  const progress = progressOn(sink)
  progress.update('half')
  progress.clear()
  expect(sink.text).toBe('')
})

test('a terminal sees one line, drawn at most every 50 ms, and erased at the end', () => {
  const sink = new Recording(true)
  let now = 1000
  const progress = progressOn(sink, () => now)
  progress.update('1')
  now += 49
  progress.update('2')
  now += 1
  progress.update('3')
  progress.clear()
  progress.clear()
  expect(sink.text).toBe(`${ERASE}1${ERASE}3${ERASE}`)
})

test('a line never wraps', () => {
  const sink = new Recording(true)
  progressOn(sink).update('x'.repeat(500))
  expect(sink.text).toBe(ERASE + 'x'.repeat(99))
})

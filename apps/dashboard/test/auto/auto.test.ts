/** The front door's result out of files and out of a worker. */
import { describe, expect, test } from 'vitest'
import { createAuto } from '../../src/auto/auto.js'
import { fakeWorker } from '../jobs/fake-worker.js'
import { autoCell, autoResult } from '../results/auto-samples.js'

const RESULT = autoResult([autoCell({ chosen: 'js', times: { js: 1, wasm: 2 } })])

function file(name: string, content: string): File {
  return new File([content], name)
}

describe('what is known of the choices', () => {
  test('comes out of files; what is wrong with one is said with its name', async () => {
    const auto = createAuto(fakeWorker)
    await auto.take([file('bad.json', '{'), file('good.json', JSON.stringify(RESULT))])
    expect(auto.known.value).toEqual({ result: RESULT, origin: 'good.json' })
    expect(auto.problems.value).toEqual(['bad.json: it is not JSON'])
    await auto.take([file('huge.json', ' '.repeat(9 * 2 ** 20))])
    expect(auto.problems.value).toEqual([
      'huge.json: it is larger than 8 MiB, and no such result is',
    ])
    expect(auto.known.value?.origin).toBe('good.json')
  })

  test('is measured in a worker, with progress', async () => {
    const worker = fakeWorker()
    const auto = createAuto(() => worker)
    const run = auto.measure()
    worker.say({ type: 'report', report: { type: 'progress', done: 1, total: 3, title: 'x' } })
    expect(auto.progress.value).toMatchObject({ done: 1, total: 3, title: 'x' })
    worker.say({ type: 'report', report: { type: 'result', result: RESULT } })
    worker.say({ type: 'done' })
    await run
    expect(auto.known.value).toEqual({ result: RESULT, origin: 'measured here' })
    expect([auto.progress.value, auto.problems.value]).toEqual([null, []])
  })

  test('a crash is said, and a cancelled run is none', async () => {
    const worker = fakeWorker()
    const auto = createAuto(() => worker)
    const run = auto.measure()
    worker.fail('out of memory')
    await run
    expect(auto.problems.value[0]).toMatch(/^It could not be measured: .*out of memory/)
    const cancelled = auto.measure()
    auto.cancel()
    await cancelled
    expect([auto.progress.value, auto.problems.value]).toEqual([null, []])
    expect(worker.isTerminated).toBe(true)
  })
})

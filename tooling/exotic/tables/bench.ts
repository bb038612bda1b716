/**
 * Valid arguments of the harness. A run that is accepted has nothing to measure, since a filter leaves
 * nothing of it; where the filter itself is changed, there is one small case, or nobody to measure it.
 */

import type { BackendEntry } from '@rope/auto/backends'
import type { Backend } from '@rope/core/backend'
import { createJsBackend, probeJs } from '@rope/js'
import type { MakeArguments } from '../walk.js'
import { entry } from './auto.js'

const shape = (): object => ({
  ...{ name: 'small', queryHeads: 1, keyHeads: 1, headDim: 8, rotaryDim: 8, base: 10000 },
})

const rotation = (): object => ({
  ...{ shape: shape(), tokens: 1, dtype: 'float32', pairing: 'half' },
  ...{ layout: 'bshd', place: 'in-place' },
})

const settings = (): object => ({
  ...{ clock: () => performance.now(), clockStep: 0.001, sampleLength: 0.01, budget: 0 },
  ...{ warmUpBudget: 0, minimumRounds: 6, maximumRounds: 6, slowestCall: 1000, precision: 1 },
  patience: { clock: () => performance.now(), limit: 1000 },
})

const machine = (): object => ({
  ...{ os: 'Linux 6.8.0', architecture: 'x64', cpu: 'a processor', cores: 2, features: ['avx2'] },
  caches: [{ level: 1, kind: 'data', bytes: 32768, sharedBy: 2 }],
  ...{ memory: 2 ** 33, virtual: false, engine: 'Node 20' },
  ...{ float16Array: false, sharedArrayBuffer: true },
})

const listeners = (): object => ({ onProgress: () => undefined, onGroup: () => undefined })

const origin = (): object => ({
  ...{ machine: machine(), packages: { '@rope/core': '1.0.0' }, suiteVersion: '1.0.0' },
})

/** It refuses every call that the front door is measured by, so that no filter makes a long run. */
function refusing(): BackendEntry {
  const create = (): Backend => ({
    ...createJsBackend(),
    supports: () => ({ ok: false, field: 'dtype', reason: 'it does nothing' }),
  })
  return { ...entry(), load: async () => ({ create, probe: probeJs }) }
}

/** Words that stand in no title. */
const NOTHING = 'nothing at all'

const time = (): object => ({
  ...{ median: 2, low: 1.9, high: 2.1, p10: 1.8, p90: 2.2 },
  ...{ samples: 12, batch: 3, steady: true, first: 9 },
})

const entryRecord = (): object => ({
  ...{ name: 'js', kind: 'backend', status: 'ok', reason: null, case: 'a case', bytes: 64 },
  ...{ time: time(), gigabytesPerSecond: 1 },
})

const group = (): object => ({
  ...{ id: 'a case', title: 'A case', entries: [entryRecord()] },
  comparisons: [
    {
      ...{ of: 'js', over: 'plain loop', purpose: 'baseline', ratio: 2, low: 1.9, high: 2.1 },
      ...{ rounds: 6, outcome: 'faster', verdict: '2.0x faster [1.9, 2.1]' },
    },
  ],
})

const goal = (): object => ({
  ...{ id: 'a-goal', what: 'one over another', wanted: 'at least 1x', measured: 2 },
  ...{ low: 1.9, high: 2.1, unit: 'x', outcome: 'met', reason: null },
})

const shared = (): object => ({
  ...{ createdAt: '2026-01-01T00:00:00.000Z', ...origin() },
  run: { mode: 'quick', filter: null, seconds: 1, clockResolution: 0.1 },
  backends: [
    {
      ...{ name: 'js', packageName: '@rope/js', available: true, reason: null },
      ...{ facts: { node: '20' }, isa: null, threads: 0 },
    },
  ],
  goals: [goal()],
})

const result = (): object => ({
  ...{ resultVersion: 1, ...shared(), groups: [group()] },
  conformance: [
    { backend: 'js', suiteVersion: '1.0.0', part: 'all', passed: 9, failed: 0, unsupported: 1 },
  ],
  peers: [{ name: 'plain loop', version: null, available: true, reason: null, method: 'a loop' }],
})

const cell = (): object => ({
  ...{ id: 'a cell', title: 'A cell', tokens: 1, dtype: 'float32', pairing: 'half' },
  ...{ memory: 'foreign', chosen: 'js', best: 'js', ratio: 1, throughFrontDoor: 1.1 },
  entries: [entryRecord()],
})

const overhead = (): object => ({
  ...{ call: 'bound', title: 'a call', winner: 'js', microseconds: 0.1, low: 0, high: 0.2 },
  reason: null,
})

const newPosition = (): object => ({
  ...{ backend: 'idle', order: 'random', rotate: 0.3, bound: 0.2, ratio: 1.5 },
  ...{ low: 1.4, high: 1.6, reason: null },
})

const autoResult = (): object => ({
  ...{ autoResultVersion: 2, ...shared(), cells: [cell()], overhead: [overhead()] },
  newPositions: [newPosition()],
})

const nothing = (): undefined => undefined

const peers = (): readonly object[] => [
  { name: 'other', load: async () => Promise.reject(new Error('not here')) },
]

const runtime = (): object => ({
  env: { versions: { web: '1.0.0' }, wasm: {} },
  InferenceSession: { create: nothing },
  Tensor: Object.assign(class {}, { fromGpuBuffer: nothing }),
})

const tfjs = (): object => ({
  ...{ tensor: nothing, slice: nothing, mul: nothing, add: nothing, sub: nothing },
  ...{ concat: nothing, reshape: nothing, tidy: nothing, setBackend: nothing, getBackend: nothing },
})

/** Every function of `@rope/bench` and its subpaths. */
export const BENCH: Readonly<Record<string, MakeArguments>> = {
  benchGpu: () => [
    { where: 'browser', size: 'quick', filter: NOTHING, patience: 1000, ...listeners() },
  ],
  bytesText: () => [2048],
  caseId: () => [rotation()],
  caseOf: () => ['llama-3-8b/4096/float32/half/bshd/in-place'],
  caseText: () => [rotation()],
  cellRow: () => [cell()],
  clockResolution: () => [() => performance.now()],
  compareTimes: () => [time(), time()],
  contenderRows: () => [group()],
  countedCells: () => [[cell()]],
  createOnnxRuntimePeer: () => [runtime(), { name: 'ort', version: '1.0.0', provider: 'cpu' }],
  createTfjsPeer: () => [tfjs(), { name: 'tfjs', version: '1.0.0', backend: 'cpu' }],
  describeEngine: () => [],
  describeMachine: () => [],
  digits: () => [1.5],
  goalRow: () => [goal()],
  installedVersions: () => [['@rope/core']],
  isRight: () => [cell()],
  movedBytes: () => [rotation()],
  newPositionCells: () => [newPosition()],
  overheadText: () => [overhead()],
  packageSize: () => ['@rope/js'],
  performanceClock: () => [],
  renderReport: () => [
    [result()],
    { where: 'a machine', commands: ['rope bench'], auto: autoResult() },
  ],
  rotationCase: () => [rotation()],
  runAutoBench: () => [
    {
      ...{ size: 'quick', backends: [refusing()], filter: NOTHING, suiteVersion: '1.0.0' },
      ...{ settings: settings(), onProgress: nothing, onCell: nothing },
    },
  ],
  runBench: () => [
    {
      ...{ mode: 'quick', backends: [entry()], cases: [rotation()], filter: NOTHING, ...origin() },
      ...{ peers: peers(), settings: settings(), packageSize: async () => [], ...listeners() },
    },
  ],
  runGpuBench: () => [
    {
      ...{ size: 'quick', cases: [rotation()], filter: NOTHING, settings: settings() },
      ...{ gpu: { requestAdapter: async () => null }, peer: { ort: runtime(), reason: null } },
      ...{ footprint: 1024, ...listeners() },
    },
  ],
  runGpuPage: () => [
    {
      ...{ size: 'quick', filter: NOTHING, report: 'data:,' },
      peer: { module: 'data:text/javascript,', files: '/' },
    },
  ],
  timeText: () => [1.5],
  wasmFeatures: () => [],
}

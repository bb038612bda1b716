/**
 * What the project has set out to reach. Ratios of medians in one run; float32, half, 32 + 8 heads
 * x 128, in place, unless said otherwise. The limits use the backend's own vectors and threads.
 */
import type { BackendSpec, LimitSpec, PeerSpec } from '../matrix/group.js'
import { PLAIN_LOOP } from '../matrix/matrix.js'
import {
  type RotationCase,
  rotationCase,
  usualCall,
  type Variant,
} from '../matrix/rotation-case.js'
import type { Goal, GoalGroup } from './goal.js'

type CaseChanges = Parameters<typeof rotationCase>[0]

function backend(name: string, changes: CaseChanges, variant: Partial<Variant> = {}): BackendSpec {
  const rotation = rotationCase(changes)
  const usual: Variant = { memory: 'foreign', threads: 'one', call: usualCall(rotation) }
  return { kind: 'backend', name, case: rotation, variant: { ...usual, ...variant } }
}

function limit(
  kind: LimitSpec['limit'],
  name: string,
  rotation: RotationCase,
  threads: Variant['threads'] = 'one',
): LimitSpec {
  return {
    kind: 'limit',
    limit: kind,
    name,
    case: rotation,
    variant: { memory: 'foreign', threads },
  }
}

function peer(name: string, tokens: number, threads: Variant['threads']): PeerSpec {
  return { kind: 'peer', name, case: rotationCase({ tokens }), threads }
}

function speed(id: string, what: string, of: string, over: string, atLeast: number): Goal {
  const wanted = `at least ${atLeast}x the speed`
  return { id, what, wanted, check: { kind: 'speed', of, over, atLeast } }
}

function time(id: string, what: string, of: string, over: string, atMost: number): Goal {
  const wanted = `at most ${atMost}x the time`
  return { id, what, wanted, check: { kind: 'time', of, over, atMost } }
}

function microseconds(id: string, what: string, of: string, atMost: number): Goal {
  return { id, what, wanted: `at most ${atMost} us`, check: { kind: 'microseconds', of, atMost } }
}

/** In-place scale of the same bytes, with the same threads. */
function nativeScale(tokens: number, threads: Variant['threads'], atLeast: number): GoalGroup {
  const words = threads === 'one' ? '1 thread' : 'all threads'
  const id = `native-scale-${tokens}-${threads}`
  const rotation = backend('native', { tokens }, { threads })
  return {
    id,
    title: `native, ${tokens} tokens, ${words}`,
    contenders: { native: rotation, scale: limit('scale', 'native', rotation.case, threads) },
    goals: [
      speed(
        id,
        `native, ${tokens} tokens, ${words}, against in-place scale`,
        'native',
        'scale',
        atLeast,
      ),
    ],
  }
}

const NATIVE_DECODE: GoalGroup = {
  id: 'native-decode',
  title: 'native, decode of one token',
  contenders: {
    native: backend('native', { tokens: 1 }),
    memcpy: limit('copy', 'native', rotationCase({ tokens: 1 })),
    'onnxruntime-node': peer('onnxruntime-node', 1, 'all'),
  },
  goals: [
    microseconds('native-decode-time', 'native, decode, bound call, whole call', 'native', 0.4),
    time(
      'native-decode-memcpy',
      'native, decode, against memcpy of q and k',
      'native',
      'memcpy',
      2,
    ),
    speed(
      'native-onnxruntime-1',
      'native against onnxruntime-node, decode',
      'native',
      'onnxruntime-node',
      40,
    ),
  ],
}

function nativeOnnxRuntime(tokens: number): GoalGroup {
  const id = `native-onnxruntime-${tokens}`
  return {
    id,
    title: `native against onnxruntime-node, ${tokens} tokens, all threads`,
    contenders: {
      native: backend('native', { tokens }, { threads: 'all' }),
      'onnxruntime-node': peer('onnxruntime-node', tokens, 'all'),
    },
    goals: [
      speed(
        id,
        `native against onnxruntime-node, ${tokens} tokens`,
        'native',
        'onnxruntime-node',
        6,
      ),
    ],
  }
}

/**
 * The 16-bit dtypes against float32. Each dtype has arrays of its own, so they are the backend's:
 * of ordinary arrays some get huge pages and some do not, which is worth more than a dtype.
 */
function halves(
  name: string,
  tokens: number,
  memory: Variant['memory'],
  goals: readonly Goal[],
): GoalGroup {
  return {
    id: `${name}-dtypes-${tokens}`,
    title: `${name}, dtypes, ${tokens === 1 ? 'decode' : `${tokens} tokens`}`,
    contenders: {
      float32: backend(name, { tokens }, { memory }),
      bfloat16: backend(name, { tokens, dtype: 'bfloat16' }, { memory }),
      float16: backend(name, { tokens, dtype: 'float16' }, { memory }),
    },
    goals,
  }
}

const NATIVE_DTYPES: readonly GoalGroup[] = [
  halves('native', 4096, 'resident', [
    speed(
      'native-bfloat16-4096',
      'native bfloat16 against float32, 4096 tokens, elements per second',
      'bfloat16',
      'float32',
      1.8,
    ),
    speed(
      'native-float16-4096',
      'native float16 against float32, 4096 tokens, elements per second',
      'float16',
      'float32',
      1.8,
    ),
  ]),
  halves('native', 1, 'resident', [
    time(
      'native-bfloat16-1',
      'native bfloat16 against float32, decode',
      'bfloat16',
      'float32',
      1.1,
    ),
    time('native-float16-1', 'native float16 against float32, decode', 'float16', 'float32', 1.7),
  ]),
]

function nativeOrders(tokens: number): GoalGroup {
  const words = tokens === 1 ? 'decode' : `${tokens} tokens`
  return {
    id: `native-orders-${tokens}`,
    title: `native, pairings and layouts, ${words}`,
    contenders: {
      half: backend('native', { tokens }),
      interleaved: backend('native', { tokens, pairing: 'interleaved' }),
      bhsd: backend('native', { tokens, layout: 'bhsd' }),
    },
    goals: [
      time(
        `native-interleaved-${tokens}`,
        `native interleaved against half, ${words}`,
        'interleaved',
        'half',
        1.1,
      ),
      speed(`native-bhsd-${tokens}`, `native bhsd against bshd, ${words}`, 'bhsd', 'half', 0.85),
    ],
  }
}

function nativeOutOfPlace(): GoalGroup {
  const rotation = backend('native', { tokens: 4096, place: 'out-of-place' })
  return {
    id: 'native-out-of-place-4096',
    title: 'native, out of place, 4096 tokens',
    contenders: { native: rotation, memcpy: limit('copy', 'native', rotation.case) },
    goals: [
      speed(
        'native-out-of-place-4096',
        'native out of place, 4096 tokens, against memcpy',
        'native',
        'memcpy',
        1,
      ),
    ],
  }
}

const WASM_NATIVE: GoalGroup = {
  id: 'wasm-native-4096',
  title: 'wasm against native, 4096 tokens, 1 thread',
  contenders: {
    wasm: backend('wasm', { tokens: 4096 }, { memory: 'resident' }),
    native: backend('native', { tokens: 4096 }),
  },
  goals: [
    speed(
      'wasm-native-4096',
      'wasm, 1 thread, resident, 4096 tokens, against native',
      'wasm',
      'native',
      0.7,
    ),
  ],
}

const WASM_DECODE: GoalGroup = {
  id: 'wasm-decode',
  title: 'wasm, decode of one token',
  contenders: {
    wasm: backend('wasm', { tokens: 1 }, { memory: 'resident' }),
    js: backend('js', { tokens: 1 }),
    'onnxruntime-web': peer('onnxruntime-web', 1, 'one'),
  },
  goals: [
    microseconds('wasm-decode-time', 'wasm, decode, resident, bound call', 'wasm', 0.7),
    speed('wasm-decode-js', 'wasm, decode, resident, against js', 'wasm', 'js', 8),
    speed(
      'wasm-onnxruntime-1',
      'wasm against onnxruntime-web, decode',
      'wasm',
      'onnxruntime-web',
      10,
    ),
  ],
}

function wasmForeign(tokens: number): GoalGroup {
  return {
    id: `wasm-foreign-${tokens}`,
    title: `wasm, foreign arrays, ${tokens} tokens`,
    contenders: {
      foreign: backend('wasm', { tokens }),
      resident: backend('wasm', { tokens }, { memory: 'resident' }),
      js: backend('js', { tokens }),
    },
    goals: [
      time(
        `wasm-foreign-${tokens}`,
        `wasm, foreign arrays, ${tokens} tokens, against resident`,
        'foreign',
        'resident',
        2.3,
      ),
      speed(
        `wasm-foreign-js-${tokens}`,
        `wasm, foreign arrays, ${tokens} tokens, against js`,
        'foreign',
        'js',
        1,
      ),
    ],
  }
}

const WASM_DTYPES: GoalGroup = halves('wasm', 1, 'resident', [
  time('wasm-bfloat16-1', 'wasm bfloat16 against float32, decode', 'bfloat16', 'float32', 2),
  time('wasm-float16-1', 'wasm float16 against float32, decode', 'float16', 'float32', 4),
])

const WASM_ONNX_RUNTIME: GoalGroup = {
  id: 'wasm-onnxruntime-512',
  title: 'wasm against onnxruntime-web, 512 tokens',
  contenders: {
    wasm: backend('wasm', { tokens: 512 }, { memory: 'resident' }),
    'onnxruntime-web': peer('onnxruntime-web', 512, 'one'),
  },
  goals: [
    speed(
      'wasm-onnxruntime-512',
      'wasm against onnxruntime-web, 512 tokens',
      'wasm',
      'onnxruntime-web',
      10,
    ),
  ],
}

function wasmSize(id: string, what: string, module: number): Goal {
  const check = { kind: 'size', packageName: '@rope/wasm', module, atMost: 12000 } as const
  return { id, what, wanted: 'at most 12000 bytes', check }
}

/** Two modules, of which a page loads the second only when it asks for threads. */
const WASM_SIZE: GoalGroup = {
  id: 'wasm-size',
  title: 'wasm, size',
  contenders: {},
  goals: [
    wasmSize('wasm-size', 'wasm, the module without threads, base64 and gzipped', 0),
    wasmSize('wasm-size-threads', 'wasm, the module with threads, base64 and gzipped', 1),
  ],
}

/** Both sides have ready tables and no validation: the loops alone. */
function jsPlainLoop(tokens: number, atLeast: number): GoalGroup {
  const id = `js-plain-loop-${tokens}`
  const words = tokens === 1 ? '1 token' : `${tokens} tokens`
  return {
    id,
    title: `js against a plain loop, ${words}`,
    contenders: {
      js: backend('js', { tokens }, { call: 'kernel' }),
      [PLAIN_LOOP]: peer(PLAIN_LOOP, tokens, 'one'),
    },
    goals: [
      speed(id, `js against a plain loop with ready tables, ${words}`, 'js', PLAIN_LOOP, atLeast),
    ],
  }
}

/** Every goal, by the group in which it is measured. */
export const GOAL_GROUPS: readonly GoalGroup[] = [
  nativeScale(4096, 'one', 0.95),
  nativeScale(512, 'one', 0.8),
  nativeScale(4096, 'all', 0.9),
  nativeScale(32768, 'all', 0.9),
  NATIVE_DECODE,
  nativeOnnxRuntime(512),
  nativeOnnxRuntime(4096),
  ...NATIVE_DTYPES,
  nativeOrders(1),
  nativeOrders(512),
  nativeOrders(4096),
  nativeOutOfPlace(),
  WASM_NATIVE,
  WASM_DECODE,
  wasmForeign(512),
  wasmForeign(4096),
  WASM_DTYPES,
  WASM_ONNX_RUNTIME,
  WASM_SIZE,
  jsPlainLoop(1, 1.2),
  jsPlainLoop(512, 0.9),
  jsPlainLoop(4096, 0.9),
]

/**
 * Every export of every package, used once. Run in a user's project, by what loads it: `import` for
 * one format, `require` for the other. Prints what went wrong, by export, as JSON.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const OPTIONS = { headDim: 4, pairing: 'half', schedule: { type: 'default', base: 10000 } }
const vector = () => ({ data: new Float32Array([1, 0, 0, 0]), shape: [1, 1, 1, 4] })

/** The turn by one radian that `vector` makes at position 1. */
function checkTurned({ data }) {
  assert.deepEqual([...data], [Math.cos(1), 0, Math.sin(1), 0].map(Math.fround))
}

/** @param {any} backend */
async function checkBackend(backend, load) {
  const { createRope } = await load('@rope/core')
  const q = vector()
  createRope(OPTIONS, { backend, layout: 'bshd' }).rotate({ q, positions: 1 })
  checkTurned(q)
  backend.dispose()
}

async function configOf(load) {
  const { resolveConfig } = await load('@rope/core')
  return resolveConfig(OPTIONS)
}

/** @type {Readonly<Record<string, (library: any, load: (name: string) => any) => unknown>>} */
const MODULES = {
  '@rope/auto': async ({ createRope }) => {
    const rope = await createRope(OPTIONS, { layout: 'bshd' })
    const q = vector()
    rope.rotate({ q, positions: 1 })
    checkTurned(q)
  },
  '@rope/auto/backends': async ({ BACKENDS, cpuBackends, detectBackends }) => {
    const found = await detectBackends(cpuBackends(BACKENDS))
    assert.ok(found.length >= 2)
  },
  '@rope/bench': async ({ renderReport, runBench }, load) => {
    const { BACKENDS, cpuBackends } = await load('@rope/auto/backends')
    const filter = 'no case has this name'
    const result = await runBench({ mode: 'quick', backends: cpuBackends(BACKENDS), filter })
    assert.match(renderReport([result]), /^# /)
  },
  '@rope/bench/node': async ({ describeMachine, packageSize }) => {
    assert.ok(describeMachine().os.length > 0)
    assert.ok((await packageSize('@rope/wasm')).length > 0)
  },
  '@rope/bench/machine': ({ describeEngine }) => assert.ok(describeEngine().engine.length > 0),
  '@rope/bench/matrix': ({ caseId, rotationCase }) =>
    assert.equal(caseId(rotationCase({ tokens: 4 })), 'llama-3-8b/4/float32/half/bshd/in-place'),
  '@rope/bench/peers': ({ createTfjsPeer }) => {
    const options = { name: 'tfjs', version: '1.0.0', backend: 'cpu' }
    assert.throws(() => createTfjsPeer({}, options), { code: 'INVALID_OPTION', field: 'tf' })
    const tf = new Proxy({}, { get: () => () => undefined })
    const peer = createTfjsPeer(tf, options)
    const call = { dtype: 'float64', place: 'in-place', tokens: 1 }
    assert.match(peer.refusal(call), /float32 only/)
  },
  '@rope/bench/report': ({ timeText }) => assert.equal(timeText(12_345), '12.3 ms'),
  '@rope/bench/auto': ({ RIGHT }) => assert.ok(RIGHT > 1),
  '@rope/bench/gpu': ({ runGpuBench }) =>
    assert.rejects(runGpuBench({ size: 'quick', peer: { ort: null, reason: 'not here' } }), {
      code: 'UNAVAILABLE',
    }),
  '@rope/core': ({ computeFrequencies, resolveConfig }) =>
    assert.deepEqual([...computeFrequencies(resolveConfig(OPTIONS)).inverseFrequencies], [1, 0.01]),
  '@rope/core/backend': ({ decodeFloat16, encodeFloat16 }) =>
    assert.equal(decodeFloat16(encodeFloat16(0.5)), 0.5),
  '@rope/core/huggingface': async ({ fromHuggingFace, toHuggingFace }, load) => {
    const written = toHuggingFace(await configOf(load), { modelType: 'llama', version: 'v5' })
    assert.equal(fromHuggingFace(written.config ?? written).headDim, 4)
  },
  '@rope/core/gguf': async ({ toGguf }, load) => {
    const { metadata } = toGguf(await configOf(load), { architecture: 'qwen2' })
    assert.equal(metadata['qwen2.rope.freq_base'], 10000)
  },
  '@rope/core/onnx': async ({ toOnnx }, load) =>
    assert.deepEqual([...toOnnx(await configOf(load), { length: 3 }).shape], [3, 2]),
  '@rope/core/mlx': async ({ fromMlx, toMlx }, load) => {
    const config = await configOf(load)
    assert.equal(fromMlx(toMlx(config), 4).headDim, config.headDim)
  },
  '@rope/core/safetensors': ({ parseSafetensors, writeSafetensors }) => {
    const tensor = { name: 'w', dtype: 'F32', shape: [1], data: new Uint8Array(4) }
    const { tensors } = parseSafetensors(writeSafetensors([tensor]))
    assert.equal([...(tensors.values?.() ?? tensors)].length, 1)
  },
  '@rope/core/presets': ({ fluxRope }) => assert.ok(fluxRope().headDim > 0),
  '@rope/core/positions': ({ gridPositions }) =>
    assert.equal(
      gridPositions([
        [0, 1],
        [0, 1, 2],
      ]).axes[0].length,
      6,
    ),
  '@rope/core/parallel': ({ shardOf }) => {
    const { indices } = shardOf({ sharding: 'zig-zag', ranks: 2, rank: 0, tokens: 8 })
    assert.deepEqual([...indices], [0, 1, 6, 7])
  },
  '@rope/core/gradients': async ({ rotationGradients }, load) => {
    const input = { output: vector(), gradient: vector(), layout: 'bshd', positions: 1 }
    assert.ok(rotationGradients(await configOf(load), input).frequencies.length === 2)
  },
  '@rope/core/weights': ({ permutePairing }) => {
    const options = { from: 'half', to: 'interleaved', heads: 1, headDim: 4 }
    assert.deepEqual([...permutePairing(Float32Array.of(0, 1, 2, 3), options)], [0, 2, 1, 3])
  },
  '@rope/core/kv-cache': ({ dequantiseQ8, quantiseQ8 }) => {
    const row = dequantiseQ8(quantiseQ8(new Float32Array(32).fill(1)))
    assert.ok(Math.abs(row[0] - 1) < 0.01)
  },
  '@rope/core/reference': ({ inverseFrequencies }) =>
    assert.deepEqual([...inverseFrequencies({ type: 'default', base: 10000 }, 2)], [1, 0.01]),
  '@rope/core/conformance': async ({ runConformance }, load) => {
    const { createJsBackend } = await load('@rope/js')
    let cases = 0
    const filter = () => cases++ < 20
    const { failed, passed } = await runConformance(createJsBackend(), { filter })
    assert.equal(failed, 0)
    assert.ok(passed > 0)
  },
  '@rope/jax': async ({ createJaxRope }, load) => {
    const { defaultDevice, init, numpy } = await load('@jax-js/jax')
    await init('wasm')
    defaultDevice('wasm')
    const rope = createJaxRope(OPTIONS, { layout: 'thd' })
    const rotated = rope.rotate(
      numpy.array([[[1, 0, 0, 0]]]),
      rope.rows({ tokens: 1, positions: 1 }),
    )
    checkTurned({ data: rotated.dataSync() })
  },
  '@rope/js': ({ createJsBackend }, load) => checkBackend(createJsBackend(), load),
  '@rope/native': async ({ createNativeBackend, probeNative }, load) => {
    const { available, reason } = probeNative()
    if (available) await checkBackend(createNativeBackend(), load)
    else assert.match(reason, /to fix it, /)
  },
  '@rope/wasm': async ({ createWasmBackend }, load) =>
    checkBackend(await createWasmBackend(), load),
  '@rope/wasm/external': async ({ createWasmBackend }, load) => {
    await checkBackend(await createWasmBackend(), load)
    await checkBackend(await createWasmBackend({ threads: 2 }), load)
  },
  '@rope/webgpu': async ({ createWebGpuBackend, probeWebGpu }) => {
    const { available, reason } = await probeWebGpu()
    assert.equal(available, false) // Node has no GPU of its own
    assert.match(reason, /webgpu/i)
    await assert.rejects(createWebGpuBackend(), { code: 'UNAVAILABLE' })
  },
}

const read = (name) => readFileSync(require.resolve(name))
const readJson = (name) => JSON.parse(read(name).toString())

/** Files that are taken as they are. */
const FILES = {
  '@rope/bench/schema/auto.schema.json': (name) => assert.match(readJson(name).$schema, /^http/),
  '@rope/bench/schema/result.schema.json': (name) => assert.match(readJson(name).$schema, /^http/),
  '@rope/wasm/rope.wasm': (name) => assert.ok(WebAssembly.validate(read(name))),
  '@rope/wasm/rope-threads.wasm': (name) => assert.ok(WebAssembly.validate(read(name))),
  '@rope/wasm/rope-worker.cjs': (name) => assert.match(read(name).toString(), /^'use strict'/),
}

/** Of every package that exports them: its manifest, and a platform's binary. */
function useFile(name) {
  if (name.endsWith('/package.json')) return assert.ok(name.startsWith(`${readJson(name).name}/`))
  if (name.endsWith('/rope.node')) return assert.equal(require(name).interfaceVersion, 4)
  return FILES[name](name)
}

const isFile = (name) => /\.\w+$/.test(name)
const [format, ...names] = process.argv.slice(2)
const load = format === 'import' ? (name) => import(name) : (name) => require(name)
const problems = {}
for (const name of names) {
  try {
    if (isFile(name)) useFile(name)
    else await MODULES[name](await load(name), load)
  } catch (error) {
    problems[name] = String(error?.stack ?? error)
  }
}
process.stdout.write(
  JSON.stringify({
    problems,
    unused: [...Object.keys(MODULES), ...Object.keys(FILES)].filter(
      (name) => !names.includes(name),
    ),
  }),
)

/**
 * The view "This device": in one look, what a benchmark here can say, and which backends can run.
 */
import type { JSX } from 'preact'
import { Badge } from '../parts/badge.js'
import { Card } from '../parts/card.js'
import { type Fact, Facts } from '../parts/facts.js'
import { SUITE_VERSION, VERSIONS } from '../versions.js'
import { browserName, systemName, type UserAgentData } from './browser.js'
import type { Device, EngineFacts, KnownBackend } from './device.js'
import { adapterSentence, GPU_BACKEND, gpuFacts } from './gpu-facts.js'

/** How to isolate a page. */
const ISOLATE =
  'Without it the clock is coarse and wasm has one thread. The server must send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; rope dashboard does.'

/** The view. */
export function DeviceView({ device }: { readonly device: Device }): JSX.Element {
  const { engine, backends, failure } = device
  const facts = engine.value
  const gpu = backends.value.find(({ name }) => name === GPU_BACKEND)
  return (
    <>
      {failure.value !== null && (
        <p class="failure" role="alert">
          This device cannot be looked at: {failure.value}
        </p>
      )}
      <div class="cards device">
        <Card id="browser" title="Browser">
          <Facts facts={browserFacts()} />
        </Card>
        <Card id="clock" title="Clock and memory">
          <Facts facts={clockFacts(facts)} />
        </Card>
        <Card id="engine" title="Engine">
          <Facts facts={engineFacts(facts)} />
        </Card>
        <Card id="gpu" title="GPU">
          <Gpu backend={gpu} />
        </Card>
      </div>
      <Card id="backends" title="Backends">
        <ul class="backends" aria-busy={!device.isKnown.value}>
          {backends.value.map((backend) => (
            <Backend key={backend.name} backend={backend} />
          ))}
        </ul>
      </Card>
      <Card id="versions" title="Versions">
        <p class="quiet">
          {Object.entries(VERSIONS)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')}
          , conformance suite {SUITE_VERSION}
        </p>
      </Card>
    </>
  )
}

function browserFacts(): readonly Fact[] {
  const { userAgent, hardwareConcurrency } = navigator
  const { userAgentData, deviceMemory } = navigator as Navigator & {
    readonly userAgentData?: UserAgentData
    readonly deviceMemory?: number
  }
  return [
    { name: 'Browser', value: browserName(userAgent, userAgentData) },
    { name: 'System', value: systemName(userAgent, userAgentData) },
    { name: 'Logical cores', value: hardwareConcurrency },
    {
      name: 'Memory',
      value: deviceMemory === undefined ? 'not said' : `${deviceMemory} GiB`,
      note: deviceMemory === undefined ? undefined : 'rounded by the browser, which may stop at 8',
    },
  ]
}

function clockFacts(engine: EngineFacts | null): readonly Fact[] {
  const isIsolated = globalThis.crossOriginIsolated === true
  return [
    {
      name: 'Cross-origin isolated',
      value: <Badge tone={isIsolated ? 'good' : 'bad'} words={isIsolated ? 'yes' : 'no'} />,
      note: isIsolated ? undefined : ISOLATE,
    },
    {
      name: 'Smallest step of the clock',
      value: engine === null ? 'looking …' : `${engine.clockStep.toPrecision(2)} us`,
      note: 'samples are made at least a hundred steps long',
    },
    {
      name: 'Shared memory',
      value: engine === null ? 'looking …' : yesNo(engine.machine.sharedArrayBuffer),
    },
  ]
}

function engineFacts(engine: EngineFacts | null): readonly Fact[] {
  const webAssembly = engine?.webAssembly ?? null
  const value = (found: boolean | undefined): string =>
    engine === null ? 'looking …' : yesNo(found === true)
  return [
    { name: 'WebAssembly', value: value(webAssembly !== null) },
    { name: 'Its vectors (SIMD)', value: value(webAssembly?.simd) },
    { name: 'Its threads', value: value(webAssembly?.threads) },
    {
      name: 'Float16Array',
      value: value(engine?.machine.float16Array),
      note: engine?.machine.float16Array === false ? 'float16 travels in a Uint16Array' : undefined,
    },
  ]
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

function Gpu({ backend }: { readonly backend: KnownBackend | undefined }): JSX.Element {
  const status = backend?.status ?? null
  if (status !== null && !status.available) {
    return (
      <p>
        <Badge tone="quiet" words="none that a page may use" />
        <small class="below">The reason stands with the backend webgpu, below.</small>
      </p>
    )
  }
  return (
    <>
      <p class="remark">{status === null ? 'Looking for an adapter …' : adapterSentence(status)}</p>
      <Facts facts={gpuFacts(status)} />
    </>
  )
}

function Backend({ backend: { name, status } }: { readonly backend: KnownBackend }): JSX.Element {
  const isThere = status?.available === true
  const tone = status === null ? 'busy' : isThere ? 'good' : 'quiet'
  const words = status === null ? 'looking' : isThere ? 'available' : 'not available'
  return (
    <li id={`backend-${name}`}>
      <strong>{name}</strong>
      <Badge tone={tone} words={words} />
      <div class="detail">
        {status !== null && !isThere && <p>Why: {status.reason}</p>}
        {status?.fix != null && <p>To fix it: {status.fix}</p>}
        {status === null && <p class="quiet">…</p>}
        {isThere && <p class="quiet">{describeFacts(status.facts) || status.packageName}</p>}
      </div>
    </li>
  )
}

/** What a backend says about itself, in words; what has its own card is left out. */
const FACT_WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  simd: (value) => (value === true ? 'with SIMD' : 'without SIMD'),
  threads: (value) => (value === 1 ? 'one thread' : `${String(value)} threads`),
  threadsPossible: (value) => (value === true ? 'more threads possible' : 'no threads possible'),
  float16Array: (value) => (value === true ? 'with Float16Array' : 'without Float16Array'),
  crossOriginIsolated: () => '',
  concurrency: () => '',
}

/** Facts in one line. */
function describeFacts(facts: Readonly<Record<string, unknown>>): string {
  const known = 'vendor' in facts ? [] : Object.entries(facts)
  return known
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => FACT_WORDS[key]?.(value) ?? `${key}: ${String(value)}`)
    .filter(Boolean)
    .join(', ')
}

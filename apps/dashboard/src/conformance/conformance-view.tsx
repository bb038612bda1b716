/**
 * The view "Correct first": the conformance suite on this device, with what it found.
 */
import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { backendChoices } from '../device/backend-choices.js'
import { availableBackends, type Device } from '../device/device.js'
import { Badge, type Tone } from '../parts/badge.js'
import { RunButtons } from '../parts/buttons.js'
import { Card } from '../parts/card.js'
import { type Choice, Choices } from '../parts/choices.js'
import type { BackendRun, Conformance } from './conformance.js'
import { type ConformanceCounts, PARTS, type Part } from './messages.js'

const PART_NOTES: Readonly<Record<Part, string>> = {
  all: 'everything',
  values: 'dtypes, layouts, windows',
  golden: 'recorded outputs of others',
  properties: 'norms, relative positions',
  contract: 'edges, aliasing, errors',
}

const PART_CHOICES: readonly Choice[] = PARTS.map((part) => ({
  value: part,
  label: part === 'all' ? 'whole suite' : part,
  note: PART_NOTES[part],
}))

/** What the view shows. */
export interface ConformanceViewProps {
  readonly device: Device
  readonly conformance: Conformance
}

/** The view. */
export function ConformanceView({ device, conformance }: ConformanceViewProps): JSX.Element {
  const left = useSignal<ReadonlySet<string>>(new Set())
  const part = useSignal<Part>('all')
  const isRunning = conformance.isRunning.value
  const chosen = availableBackends(device).filter((name) => !left.value.has(name))
  const canStart = chosen.length > 0 && !isRunning
  const start = (event: Event): void => {
    event.preventDefault()
    if (canStart) void conformance.run(chosen, part.value)
  }
  return (
    <div class="beside">
      <form class="card" onSubmit={start} aria-label="What to run">
        <BackendChoices device={device} left={left} disabled={isRunning} />
        <Choices
          name="part"
          legend="Part"
          kind="one"
          choices={PART_CHOICES}
          chosen={new Set([part.value])}
          disabled={isRunning}
          onChange={(parts) => {
            part.value = PARTS.find((one) => parts.has(one)) ?? 'all'
          }}
        />
        <RunButtons
          label="Run the suite"
          canStart={canStart}
          isRunning={isRunning}
          onCancel={conformance.cancel}
        />
      </form>
      <Card id="findings" title="Findings">
        <Findings runs={conformance.runs.value} />
      </Card>
    </div>
  )
}

interface BackendChoicesProps {
  readonly device: Device
  /** Those that were unticked. */
  readonly left: Signal<ReadonlySet<string>>
  readonly disabled: boolean
}

function BackendChoices({ device, left, disabled }: BackendChoicesProps): JSX.Element {
  const names = availableBackends(device)
  return (
    <Choices
      name="backend"
      legend="Backends"
      kind="any"
      choices={backendChoices(device)}
      chosen={new Set(names.filter((name) => !left.value.has(name)))}
      disabled={disabled}
      onChange={(chosen) => {
        left.value = new Set(names.filter((name) => !chosen.has(name)))
      }}
    />
  )
}

function Findings({ runs }: { readonly runs: readonly BackendRun[] }): JSX.Element {
  if (runs.length === 0) {
    return (
      <p class="quiet">
        Nothing has run yet. The suite says whether a backend computes what the specification says,
        on this very device. Whoever fails here has no speed elsewhere on this page.
      </p>
    )
  }
  return (
    <div class="findings" aria-live="polite">
      {runs.map((run) => (
        <Finding key={run.backend} run={run} />
      ))}
    </div>
  )
}

function verdictOf({ state, report }: BackendRun): { readonly tone: Tone; readonly words: string } {
  if (state === 'waiting') return { tone: 'quiet', words: 'waiting' }
  if (state === 'running') return { tone: 'busy', words: 'running' }
  if (state === 'cancelled') return { tone: 'quiet', words: 'cancelled' }
  if (state === 'crashed') return { tone: 'bad', words: 'crashed' }
  const failed = report?.failed ?? 0
  if (failed > 0)
    return { tone: 'bad', words: failed === 1 ? '1 case failed' : `${failed} cases failed` }
  return { tone: 'good', words: 'passed' }
}

function Finding({ run }: { readonly run: BackendRun }): JSX.Element {
  const { backend, part, counts, report, message } = run
  return (
    <article class="finding" id={`finding-${backend}`}>
      <h3>
        {backend} <Badge {...verdictOf(run)} />
      </h3>
      {counts !== null && <Counts backend={backend} counts={counts} />}
      {message !== null && <p class="failure">{message}</p>}
      {report !== null && (
        <p class="quiet">
          {part === 'all' ? 'The whole suite' : `The part ${part}`}, version {report.suiteVersion}.{' '}
          {report.worst !== null &&
            `Largest error against exact arithmetic: ${report.worst.error.toExponential(1)} of the pair's norm, in ${report.worst.id}.`}
        </p>
      )}
      {report !== null && report.failures.length > 0 && (
        <details open>
          <summary>Cases that failed</summary>
          <ul class="failures">
            {report.failures.map(({ id, message: why }) => (
              <li key={id}>
                <code>{id}</code> {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  )
}

interface CountsProps {
  readonly backend: string
  readonly counts: ConformanceCounts
}

function Counts({ backend, counts }: CountsProps): JSX.Element {
  const { total, passed, failed, unsupported } = counts
  const done = passed + failed + unsupported
  return (
    <>
      <progress value={done} max={total} aria-label={`Cases run on ${backend}`} />
      <p class="counts">
        {done} of {total} cases: {passed} passed, {failed} failed, {unsupported} refused as not
        supported
      </p>
    </>
  )
}

/**
 * The view "Fast": the backends of this device next to each other, next to a plain loop and next to
 * the limit of the machine. Whoever was found to be wrong is not measured.
 */
import type { BenchResult } from '@rope/bench'
import type { JSX } from 'preact'
import { type Conformance, wrongBackends } from '../conformance/conformance.js'
import type { Device } from '../device/device.js'
import { Badge, type Tone } from '../parts/badge.js'
import { Card } from '../parts/card.js'
import { noiseOf, noiseText } from '../results/noise.js'
import type { Bench, Cell, Wish } from './bench.js'
import { BenchForm } from './bench-form.js'
import type { FormState } from './form-state.js'
import { GroupTable } from './group-table.js'

/** What the view shows. */
export interface BenchViewProps {
  readonly device: Device
  readonly conformance: Conformance
  readonly bench: Bench
  readonly form: FormState
  /** The version of Node behind this page; null when there is none. */
  readonly node: string | null
  onStart(wish: Wish): void
}

/** The view. */
export function BenchView(props: BenchViewProps): JSX.Element {
  const { conformance, bench } = props
  const cells = bench.cells.value
  return (
    <div class="beside">
      <BenchForm {...props} />
      <div class="stack">
        {[...wrongBackends(conformance.runs.value)].map((name) => (
          <p class="failure" key={name}>
            {name} failed the conformance suite here, so it is not measured.
          </p>
        ))}
        {cells.length === 0 && <Nothing />}
        {cells.length > 0 && <Progress cells={cells} result={bench.result.value} />}
        {cells.map((cell) => (
          <Card key={cell.caseId} id={idOf(cell)} title={cell.title}>
            <CellBody cell={cell} />
          </Card>
        ))}
      </div>
    </div>
  )
}

function idOf({ caseId }: Cell): string {
  return `cell-${caseId.replaceAll(/[^\w-]/g, '-')}`
}

function Nothing(): JSX.Element {
  return (
    <Card id="nothing" title="Results">
      <p class="quiet">
        Nothing has been measured yet. Everybody runs in turns, warm, and is checked against exact
        arithmetic first; times are medians with an interval of 95 %, and where two cannot be told
        apart the table says so.
      </p>
    </Card>
  )
}

interface ProgressProps {
  readonly cells: readonly Cell[]
  readonly result: BenchResult | null
}

function Progress({ cells, result }: ProgressProps): JSX.Element {
  const isOver = ({ state }: Cell): boolean => ['done', 'crashed', 'cancelled'].includes(state)
  const over = cells.filter(isOver).length
  const crashed = cells.filter(({ state }) => state === 'crashed').length
  const isAllOver = over === cells.length
  return (
    <Card id="progress" title={isAllOver ? 'The run' : 'Measuring'}>
      <progress value={over} max={cells.length} aria-label="Cases measured" />
      <p class="counts" role="status">
        {over} of {cells.length} cases{crashed > 0 && `, ${crashed} crashed`}
        {cells.some(({ state }) => state === 'paused') && ', paused while the page is hidden'}
      </p>
      {result?.peers
        .filter(({ available }) => !available)
        .map(({ name, reason }) => (
          <p class="quiet" key={name}>
            {name} takes no part: {reason}
          </p>
        ))}
      {isAllOver && result !== null && <NoiseVerdict result={result} />}
    </Card>
  )
}

function NoiseVerdict({ result }: { readonly result: BenchResult }): JSX.Element {
  const noise = noiseOf(result)
  if (noise.times === 0) {
    return <p class="quiet">Only ratios were measured: a GPU in software has no times to tell.</p>
  }
  return <p class={noise.isNoisy ? 'remark' : 'quiet'}>{noiseText(noise)}</p>
}

const WORDS: Readonly<Record<Cell['state'], string>> = {
  waiting: 'waiting',
  running: 'measuring',
  paused: 'paused while the page is hidden',
  cancelled: 'cancelled',
  crashed: 'crashed',
  done: 'done',
}

function toneOf(state: Cell['state']): Tone {
  if (state === 'running') return 'busy'
  return state === 'crashed' ? 'bad' : 'quiet'
}

function CellBody({
  cell: { state, result, message, title },
}: {
  readonly cell: Cell
}): JSX.Element {
  return (
    <div class="pending" data-state={state}>
      {state !== 'done' && <Badge tone={toneOf(state)} words={WORDS[state]} />}
      {message !== null && <p class="failure">{message}</p>}
      {result?.groups.map((group) => (
        <GroupTable key={group.id} group={group} caption={title} clock={clockOf(group.id)} />
      ))}
    </div>
  )
}

/** A GPU's group has its clock in its id. */
function clockOf(id: string): string | null {
  const clock = /\/(gpu|wall)-time$/.exec(id)?.[1]
  if (clock === undefined) return null
  return clock === 'gpu' ? 'On the GPU, by its clock' : "On the GPU, by the wall's clock"
}

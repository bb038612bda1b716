/**
 * The view "Fast": the backends of this device next to each other, next to a plain loop and next to
 * the limit of the machine. Whoever was found to be wrong is not measured.
 */
import { contenderRows, type GroupRecord } from '@rope/bench'
import type { JSX } from 'preact'
import { type Conformance, wrongBackends } from '../conformance/conformance.js'
import { availableBackends, type Device } from '../device/device.js'
import { GPU_BACKEND } from '../device/gpu-facts.js'
import { Badge } from '../parts/badge.js'
import { RunButtons } from '../parts/buttons.js'
import { Card } from '../parts/card.js'
import { Table } from '../parts/table.js'
import type { Bench, Cell } from './bench.js'

/** A first look: a decode step, a short prompt, a long one, of Llama 3 8B. */
const QUICK: readonly Pick<Cell, 'caseId' | 'title'>[] = [
  ['decode, 1 token', 1],
  ['a prompt of 512 tokens', 512],
  ['a prompt of 4096 tokens', 4096],
].map(([title, tokens]) => ({
  caseId: `llama-3-8b/${tokens}/float32/half/bshd/in-place`,
  title: `Llama 3 8B, ${title}`,
}))

/** What the view shows. */
export interface BenchViewProps {
  readonly device: Device
  readonly conformance: Conformance
  readonly bench: Bench
}

/** The view. */
export function BenchView({ device, conformance, bench }: BenchViewProps): JSX.Element {
  const wrong = wrongBackends(conformance.runs.value)
  const onCpu = availableBackends(device).filter((name) => name !== GPU_BACKEND)
  const backends = onCpu.filter((name) => !wrong.has(name))
  const isRunning = bench.isRunning.value
  const canStart = backends.length > 0 && !isRunning
  const start = (event: Event): void => {
    event.preventDefault()
    if (canStart) void bench.run(QUICK, backends)
  }
  return (
    <>
      <form class="card" onSubmit={start} aria-label="What to measure">
        <p>
          A first look at Llama 3 8B, float32, in less than half a minute: {backends.join(' and ')}{' '}
          next to a plain loop and the limit of this machine, each checked before it is timed.
        </p>
        {[...wrong].map((name) => (
          <p class="failure" key={name}>
            {name} failed the conformance suite here, so it is not measured.
          </p>
        ))}
        <RunButtons
          label="Measure"
          canStart={canStart}
          isRunning={isRunning}
          onCancel={bench.cancel}
        />
      </form>
      {bench.cells.value.map((cell) => (
        <Card key={cell.caseId} id={`cell-${cell.caseId.replaceAll('/', '-')}`} title={cell.title}>
          <CellBody cell={cell} />
        </Card>
      ))}
    </>
  )
}

const WORDS: Readonly<Record<Cell['state'], string>> = {
  waiting: 'waiting',
  running: 'measuring',
  cancelled: 'cancelled',
  crashed: 'crashed',
  done: 'done',
}

function CellBody({
  cell: { state, result, message, title },
}: {
  readonly cell: Cell
}): JSX.Element {
  if (result === null) {
    return (
      <div class="pending" data-state={state}>
        <Badge
          tone={state === 'running' ? 'busy' : state === 'crashed' ? 'bad' : 'quiet'}
          words={WORDS[state]}
        />
        {message !== null && <p class="failure">{message}</p>}
      </div>
    )
  }
  return (
    <div data-state={state}>
      {result.groups.map((group) => (
        <GroupTable key={group.id} group={group} caption={title} />
      ))}
    </div>
  )
}

interface GroupTableProps {
  readonly group: GroupRecord
  readonly caption: string
}

function GroupTable({ group, caption }: GroupTableProps): JSX.Element {
  const rows = contenderRows(group).map((row) => ({
    key: row.name,
    cells: [row.name, row.time, row.spread, row.rate, row.ofLimit, row.verdict],
    class: row.status === 'ok' ? undefined : row.status,
  }))
  return (
    <Table
      caption={caption}
      columns={[
        'Who',
        'Time per call',
        '10th to 90th percentile',
        'Rate',
        'Of the limit',
        'Verdict',
      ]}
      rows={rows}
    />
  )
}

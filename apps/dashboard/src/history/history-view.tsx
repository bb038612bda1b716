/**
 * The view "Compare": the history, a baseline, and what changed since.
 */
import { useSignal } from '@preact/signals'
import { timeText } from '@rope/bench/report'
import type { JSX } from 'preact'
import { shortCase } from '../charts/short-case.js'
import { conformanceText } from '../conformance/record.js'
import { engineName } from '../device/engine-name.js'
import { Badge, type Tone } from '../parts/badge.js'
import { Card } from '../parts/card.js'
import { DropArea, FileChoice } from '../parts/drop-area.js'
import { saveFile } from '../parts/save-file.js'
import { Table } from '../parts/table.js'
import { toCsv } from '../results/csv.js'
import { type DiffRow, diffResults } from '../results/diff.js'
import { readResultFile } from '../results/read-file.js'
import { packResult } from '../results/share.js'
import type { History, KeptRun } from './history.js'

/** What the view shows. */
export interface HistoryViewProps {
  readonly history: History
  /** What was wrong with the link that led here; null when nothing was. */
  readonly linkProblem: string | null
}

/** The view. */
export function HistoryView({ history, linkProblem }: HistoryViewProps): JSX.Element {
  const problems = useSignal<readonly string[]>([])
  const take = async (files: Iterable<File>): Promise<void> => {
    problems.value = []
    for (const file of files) {
      const { result, problem } = await readResultFile(file)
      if (result === null) problems.value = [...problems.value, problem]
      else await history.keep(result, file.name)
    }
  }
  const { baseline, chosen } = history
  return (
    <DropArea onFiles={take}>
      {history.problem.value !== null && <p class="remark">{history.problem.value}</p>}
      {[...(linkProblem === null ? [] : [linkProblem]), ...problems.value].map((problem) => (
        <p class="failure" role="alert" key={problem}>
          {problem}
        </p>
      ))}
      <Card id="import" title="Import">
        <FileChoice accept=".json,.csv,application/json,text/csv" onFiles={take}>
          Choose results of <code>rope bench --json</code>, or exports as JSON or CSV, or drop them
          anywhere here.
        </FileChoice>
      </Card>
      <Card id="runs" title="Runs">
        <Runs history={history} />
      </Card>
      {baseline.value !== null && chosen.value !== null && baseline.value !== chosen.value && (
        <DiffCard before={baseline.value} after={chosen.value} />
      )}
    </DropArea>
  )
}

function Runs({ history }: { readonly history: History }): JSX.Element {
  const runs = history.runs.value
  if (runs.length === 0) {
    return (
      <p class="quiet">
        None yet. Every run of the view Fast is kept here, in this browser and nowhere else; pin one
        as the baseline to see what changed since.
      </p>
    )
  }
  return (
    <ul class="runs">
      {runs.map((run) => (
        <Run key={run.id} run={run} history={history} />
      ))}
    </ul>
  )
}

function nameOf({ result }: KeptRun): string {
  return `${new Date(result.createdAt).toLocaleString()}, ${engineName(result.machine)}`
}

interface RunProps {
  readonly run: KeptRun
  readonly history: History
}

function Run({ run, history }: RunProps): JSX.Element {
  const link = useSignal<string | null>(null)
  const { id, origin, result } = run
  const isBaseline = history.baseline.value?.id === id
  const isChosen = history.chosen.value?.id === id
  const stem = `rope-bench-${result.createdAt.replaceAll(/[:.]/g, '-')}`
  const share = async (): Promise<void> => {
    const packed = await packResult(result)
    const { origin: site, pathname } = location
    link.value =
      packed === null
        ? 'too large for a link; export it instead'
        : `${site}${pathname}#/compare?run=${packed}`
  }
  return (
    <li data-baseline={isBaseline} data-chosen={isChosen}>
      <p>
        <strong>{nameOf(run)}</strong> {isBaseline && <Badge tone="good" words="baseline" />}{' '}
        {isChosen && <Badge tone="quiet" words="chosen" />}
        <br />
        <span class="quiet">
          {[
            origin,
            `${result.groups.length} groups`,
            `${result.machine.cores ?? 'unknown'} cores`,
            conformanceText(result),
          ]
            .filter(Boolean)
            .join(', ')}
        </span>
      </p>
      <div class="actions">
        <button
          type="button"
          aria-pressed={isBaseline}
          onClick={() => history.pin(isBaseline ? null : id)}
        >
          Baseline
        </button>
        <button type="button" aria-pressed={isChosen} onClick={() => history.choose(id)}>
          Choose
        </button>
        <button
          type="button"
          onClick={() =>
            saveFile(`${stem}.json`, JSON.stringify(result, null, 2), 'application/json')
          }
        >
          JSON
        </button>
        <button type="button" onClick={() => saveFile(`${stem}.csv`, toCsv(result), 'text/csv')}>
          CSV
        </button>
        <button type="button" onClick={() => void share()}>
          Link
        </button>
        <button type="button" onClick={() => void history.remove(id)}>
          Delete
        </button>
      </div>
      {link.value !== null && (
        <input
          class="link"
          type="text"
          readOnly
          value={link.value}
          aria-label="A link with this run in it"
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
    </li>
  )
}

const TONES: Readonly<Record<DiffRow['outcome'], Tone>> = {
  faster: 'good',
  slower: 'bad',
  'no difference detected': 'quiet',
  flagged: 'warn',
  'not compared': 'quiet',
}

interface DiffCardProps {
  readonly before: KeptRun
  readonly after: KeptRun
}

function DiffCard({ before, after }: DiffCardProps): JSX.Element {
  const { differences, libraries, rows } = diffResults(before.result, after.result)
  const both = rows.filter((row) => row.isInBoth)
  const single = rows.filter((row) => !row.isInBoth)
  return (
    <Card id="diff" title="What changed">
      <p>
        From the baseline, {nameOf(before)}, to {nameOf(after)}.
        {libraries.length > 0 && ` Between them: ${libraries.join('; ')}.`}
      </p>
      {differences.length > 0 && (
        <div class="failure" role="alert">
          These runs differ in more than the code, so that no verdict says faster or slower:
          <ul>
            {differences.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
      {both.length > 0 ? (
        <DiffTable caption="Times of the two runs" rows={both} />
      ) : (
        <p>They have no call in common.</p>
      )}
      {single.length > 0 && (
        <details>
          <summary>Only in one of the runs ({single.length})</summary>
          <DiffTable caption="What only one of the runs has" rows={single} />
        </details>
      )}
    </Card>
  )
}

interface DiffTableProps {
  readonly caption: string
  readonly rows: readonly DiffRow[]
}

function DiffTable({ caption, rows }: DiffTableProps): JSX.Element {
  const text = (time: DiffRow['before']): string => (time === null ? '–' : timeText(time.median))
  return (
    <Table
      caption={caption}
      columns={['Case', 'Who', 'Baseline', 'Chosen', 'Verdict']}
      rows={rows.map((row) => ({
        key: row.key,
        cells: [
          shortCase(row.case, { tokens: true, dtype: true }),
          row.name,
          text(row.before),
          text(row.after),
          <Badge key="verdict" tone={TONES[row.outcome]} words={row.verdict} />,
        ],
      }))}
    />
  )
}

/**
 * The card of the view "Understand" about the choices of `@rope/auto`: the map, what the front door
 * owes, and the two ways to a result, a file and a run here.
 */

import type { AutoResult } from '@rope/bench/auto'
import { goalRow } from '@rope/bench/report'
import type { JSX } from 'preact'
import { engineName } from '../device/engine-name.js'
import { Card } from '../parts/card.js'
import { FileChoice } from '../parts/drop-area.js'
import { saveFile } from '../parts/save-file.js'
import { Table } from '../parts/table.js'
import type { Auto } from './auto.js'
import { AutoChart } from './auto-chart.js'

/** The card. */
export function AutoCard({ auto }: { readonly auto: Auto }): JSX.Element {
  const known = auto.known.value
  return (
    <Card id="choices" title="What @rope/auto chooses">
      <div class="parts">
        {auto.problems.value.map((problem) => (
          <p class="failure" role="alert" key={problem}>
            {problem}
          </p>
        ))}
        {known === null ? (
          <p class="quiet">
            The front door picks a backend for every kind of call. Whether it picks well is measured
            by making the same calls on each backend; nothing has been measured or loaded yet.
          </p>
        ) : (
          <>
            <p class="quiet">
              {known.origin}, {engineName(known.result.machine)}
            </p>
            <AutoChart result={known.result} />
            <Owed result={known.result} />
          </>
        )}
        <FileChoice accept=".json,application/json" onFiles={auto.take}>
          Choose a result of <code>rope bench --auto --json</code>, or drop it anywhere here.
        </FileChoice>
        <Run auto={auto} />
      </div>
    </Card>
  )
}

/** What the front door owes, and whether it keeps it. */
function Owed({ result: { goals } }: { readonly result: AutoResult }): JSX.Element {
  return (
    <Table
      caption="What the front door owes"
      columns={['What', 'Wanted', 'Measured', 'Outcome']}
      rows={goals.map((goal) => {
        const { what, wanted, measured, outcome } = goalRow(goal)
        return { key: goal.id, cells: [what, wanted, measured, outcome] }
      })}
    />
  )
}

function Run({ auto }: { readonly auto: Auto }): JSX.Element {
  const { known, progress } = auto
  const running = progress.value
  const measured = known.value?.origin === 'measured here' ? known.value.result : null
  return (
    <>
      {running !== null && (
        <div role="status">
          <progress value={running.done} max={running.total} aria-label="Kinds of calls measured" />
          <p class="counts">
            {running.done} of {running.total}: {running.title}
          </p>
        </div>
      )}
      <div class="actions">
        <button
          type="button"
          aria-disabled={running !== null}
          onClick={() => running === null && void auto.measure()}
        >
          Measure it here, in less than a minute
        </button>
        <button
          type="button"
          aria-disabled={running === null}
          onClick={() => running !== null && auto.cancel()}
        >
          Cancel
        </button>
        {measured !== null && (
          <button
            type="button"
            onClick={() =>
              saveFile('rope-auto.json', JSON.stringify(measured, null, 2), 'application/json')
            }
          >
            JSON
          </button>
        )}
      </div>
    </>
  )
}

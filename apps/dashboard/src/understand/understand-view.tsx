/**
 * The view "Understand": the chosen result in charts, and how angles lose their accuracy.
 */
import type { BenchResult } from '@rope/bench'
import type { JSX } from 'preact'
import { Card } from '../parts/card.js'
import { AccuracyChart } from './accuracy-chart.js'
import { IntervalChart } from './interval-chart.js'
import { RatesChart } from './rates-chart.js'
import { sharesOf, timesOf } from './series.js'

/** What the view shows. */
export interface ChartsViewProps {
  /** The result that is looked at; null when nothing was measured or chosen yet. */
  readonly result: BenchResult | null
}

/** The view. */
export function ChartsView({ result }: ChartsViewProps): JSX.Element {
  return (
    <div class="stack">
      {result === null ? <NoResult /> : <ResultCharts result={result} />}
      <Card id="accuracy" title="Accuracy against position">
        <AccuracyChart />
      </Card>
    </div>
  )
}

function NoResult(): JSX.Element {
  return (
    <Card id="no-result" title="A result">
      <p class="quiet">
        Nothing has been measured or chosen yet. Measure something in <a href="#/fast">Fast</a>, or
        choose a run in <a href="#/compare">Compare</a>; it is drawn here.
      </p>
    </Card>
  )
}

function ResultCharts({ result }: { readonly result: BenchResult }): JSX.Element {
  const times = timesOf(result)
  const shares = sharesOf(result)
  return (
    <>
      <Card id="rates" title="Throughput against size">
        <RatesChart result={result} />
      </Card>
      {shares.length > 0 && (
        <Card id="shares" title="Share of the limit">
          <IntervalChart
            id="shares-figure"
            summary="The speed of each as a share of the machine's limit, measured in the same rounds, with its interval of 95 %; the upright line is the limit."
            label="share of the limit"
            rows={shares}
            isLog={false}
            limit={1}
          />
        </Card>
      )}
      {times.length > 0 && (
        <Card id="times" title="Time per call">
          <IntervalChart
            id="times-figure"
            summary="The median time of a call, with its interval of 95 %."
            label="microseconds per call"
            rows={times}
            isLog
            limit={null}
          />
        </Card>
      )}
    </>
  )
}

/**
 * The view "Understand": the chosen result in charts, what `@rope/auto` chooses, and how angles lose
 * their accuracy.
 */
import type { BenchResult } from '@rope/bench'
import type { JSX } from 'preact'
import type { Auto } from '../auto/auto.js'
import { AutoCard } from '../auto/auto-card.js'
import { AccuracyChart } from '../charts/accuracy-chart.js'
import { FirstChart } from '../charts/first-chart.js'
import { IntervalChart } from '../charts/interval-chart.js'
import { RatesChart } from '../charts/rates-chart.js'
import { firstsOf, sharesOf, timesOf } from '../charts/series.js'
import { Card } from '../parts/card.js'
import { DropArea } from '../parts/drop-area.js'

/** What the view shows. */
export interface UnderstandViewProps {
  /** The result that is looked at; null when nothing was measured or chosen yet. */
  readonly result: BenchResult | null
  readonly auto: Auto
}

/** The view. */
export function UnderstandView({ result, auto }: UnderstandViewProps): JSX.Element {
  return (
    <DropArea onFiles={auto.take}>
      {result === null ? <NoResult /> : <ResultCharts result={result} />}
      <AutoCard auto={auto} />
      <Card id="accuracy" title="Accuracy against position">
        <AccuracyChart />
      </Card>
    </DropArea>
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
  const firsts = firstsOf(result)
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
      {firsts.length > 0 && (
        <Card id="first" title="Cold against warm">
          <FirstChart rows={firsts} step={result.run.clockResolution} />
        </Card>
      )}
    </>
  )
}

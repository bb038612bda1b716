/**
 * Records as rows of text: the same for a terminal, a Markdown table and a web page.
 */
import { readGoal, readGroup } from '../read-result.js'
import type { EntryRecord, GoalRecord, GroupRecord } from '../result.js'
import { ratioText } from '../statistics/verdict.js'
import { bytesText, digits, timeText } from './words.js'

/** One line of a group's table; a dash where there is nothing to say. */
export interface ContenderRow {
  readonly name: string
  /** The median time of a call, or FAIL. */
  readonly time: string
  /** The 10th and the 90th percentile. */
  readonly spread: string
  readonly rate: string
  /** The speed as a share of the limit, with its interval. */
  readonly ofLimit: string
  /** The comparison with the baseline in words, or the reason why there is no time. */
  readonly verdict: string
  readonly status: EntryRecord['status']
}

const NOTHING = '-'

/**
 * The rows of a group: backends and peers by their order, then the limits.
 *
 * @throws RopeError INVALID_OPTION for what is no group, naming the field
 */
export function contenderRows(group: GroupRecord): readonly ContenderRow[] {
  const read = readGroup(group, 'group')
  const isLimit = ({ kind }: EntryRecord): boolean => kind === 'limit'
  const ordered = [
    ...read.entries.filter((entry) => !isLimit(entry)),
    ...read.entries.filter(isLimit),
  ]
  return ordered.map((entry) => rowOf(read, entry))
}

function rowOf(group: GroupRecord, entry: EntryRecord): ContenderRow {
  const { name, status, time, reason, gigabytesPerSecond } = entry
  if (time === null) {
    const word = status === 'fail' ? 'FAIL' : NOTHING
    const why = reason ?? NOTHING
    return {
      name,
      status,
      time: word,
      spread: NOTHING,
      rate: NOTHING,
      // A ratio may be all that is told.
      ofLimit: limitText(group, name),
      verdict: why,
    }
  }
  const unsettled = time.steady ? '' : ' (not steady)'
  return {
    name,
    status,
    time: timeText(time.median),
    spread: `${timeText(time.p10)} to ${timeText(time.p90)}${unsettled}`,
    rate: `${digits(gigabytesPerSecond ?? 0)} GB/s`,
    ofLimit: limitText(group, name),
    verdict: baselineText(group, name),
  }
}

function limitText({ comparisons }: GroupRecord, name: string): string {
  const found = comparisons.find(({ of, purpose }) => of === name && purpose === 'limit')
  return found === undefined
    ? NOTHING
    : `${ratioText({ ...found, value: found.ratio })} ${found.over}`
}

function baselineText({ comparisons }: GroupRecord, name: string): string {
  const found = comparisons.find(({ of, purpose }) => of === name && purpose === 'baseline')
  return found === undefined ? NOTHING : `${found.verdict} (${found.over})`
}

/** A goal as a row of text. */
export interface GoalRow {
  readonly what: string
  readonly wanted: string
  /** The number with its interval, or the reason why there is none. */
  readonly measured: string
  readonly outcome: GoalRecord['outcome']
}

/**
 * A goal in words.
 *
 * @throws RopeError INVALID_OPTION for what is no goal, naming the field
 */
export function goalRow(goal: GoalRecord): GoalRow {
  const { what, wanted, outcome, reason, ...found } = readGoal(goal, 'goal')
  return { what, wanted, outcome, measured: measuredText(found) ?? reason ?? NOTHING }
}

function measuredText({
  measured,
  low,
  high,
  unit,
}: Pick<GoalRecord, 'measured' | 'low' | 'high' | 'unit'>): string | null {
  if (measured === null) return null
  if (unit === 'bytes') return `${measured} bytes (${bytesText(measured)})`
  if (low === null || high === null) return `${digits(measured)} ${unit}`
  if (unit === 'us') return `${digits(measured)} us [${digits(low)}, ${digits(high)}]`
  return ratioText({ value: measured, low, high, rounds: 0 })
}

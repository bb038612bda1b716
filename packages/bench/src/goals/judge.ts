/**
 * From measurements to verdicts on goals: the only place that knows what "met" means.
 */
import type { ComparisonRecord, GoalRecord, GroupRecord } from '../result.js'
import type { Goal, GoalCheck } from './goal.js'

/** A number with its interval and unit. */
type Measured = Pick<GoalRecord, 'unit'> & {
  readonly measured: number
  readonly low: number | null
  readonly high: number | null
}

/** Finds the bytes of each module that a package inlines, ascending; none when it is not there. */
export type PackageSize = (packageName: string) => Promise<readonly number[]>

/** Judges one goal by what its group has shown. */
export async function judge(
  { id, what, wanted, check }: Goal,
  group: GroupRecord,
  packageSize: PackageSize,
): Promise<GoalRecord> {
  const found = await measuredBy(check, group, packageSize)
  if (found !== null) {
    const outcome = isMet(check, found.measured) ? 'met' : 'not met'
    return { id, what, wanted, ...found, outcome, reason: null }
  }
  const reason = whyNot(check, group)
  const nothing = { measured: null, low: null, high: null, unit: unitOf(check) } as const
  return { id, what, wanted, ...nothing, outcome: 'not measured', reason }
}

function isMet(check: GoalCheck, measured: number): boolean {
  return check.kind === 'speed' ? measured >= check.atLeast : measured <= check.atMost
}

async function measuredBy(
  check: GoalCheck,
  group: GroupRecord,
  packageSize: PackageSize,
): Promise<Measured | null> {
  if (check.kind === 'size') {
    const bytes = (await packageSize(check.packageName))[check.module]
    return bytes === undefined ? null : { measured: bytes, low: null, high: null, unit: 'bytes' }
  }
  if (check.kind === 'microseconds') {
    const time = group.entries.find(({ name }) => name === check.of)?.time
    if (time == null) return null
    return { measured: time.median, low: time.low, high: time.high, unit: 'us' }
  }
  const found = group.comparisons.find(({ of, over }) => of === check.of && over === check.over)
  if (found === undefined) return null
  return check.kind === 'speed' ? asSpeed(found) : asTime(found)
}

function asSpeed({ ratio, low, high }: ComparisonRecord): Measured {
  return { measured: ratio, low, high, unit: 'x' }
}

function asTime({ ratio, low, high }: ComparisonRecord): Measured {
  return { measured: 1 / ratio, low: 1 / high, high: 1 / low, unit: 'x' }
}

function unitOf({ kind }: GoalCheck): GoalRecord['unit'] {
  if (kind === 'size') return 'bytes'
  return kind === 'microseconds' ? 'us' : 'x'
}

/** The reasons of those contenders that the check needed and that have no time. */
function whyNot(check: GoalCheck, { entries }: GroupRecord): string {
  if (check.kind === 'size') return `${check.packageName} is not built or not installed`
  const needed = check.kind === 'microseconds' ? [check.of] : [check.of, check.over]
  const reasons = entries
    .filter(({ name, status }) => needed.includes(name) && status !== 'ok')
    .map(({ name, status, reason }) =>
      status === 'fail' ? `FAIL: ${name}: ${reason}` : `${reason}`,
    )
  return [...new Set(reasons)].join('; ')
}

/**
 * The parts of results from outside, checked against the published schemas of `@rope/bench` and
 * against bounds. A twin of `schema/result.schema.json`; a test keeps the two together.
 */
import type { BenchResult } from '@rope/bench'
import type { ComparisonRecord, EntryRecord } from '@rope/bench/report'
import * as v from 'valibot'

/** Characters of one text, and elements of one list, beyond which a file is no result. */
const LONGEST_TEXT = 4000
const LONGEST_LIST = 2000

/** Some text. */
export const text: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(LONGEST_TEXT),
)
/** Text, or null where there is nothing to say. */
export const optionalText: v.GenericSchema<string | null> = v.nullable(
  v.pipe(v.string(), v.maxLength(LONGEST_TEXT)),
)
/** Any number that JSON has. */
export const number: v.GenericSchema<number> = v.pipe(v.number(), v.finite())
/** A number above 0. */
export const positive: v.GenericSchema<number> = v.pipe(number, v.gtValue(0))
const whole = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least))
/** How many. */
export const count: v.GenericSchema<number> = whole(0)

/** A list of bounded length. */
export function list<Item extends v.GenericSchema>(
  item: Item,
): v.SchemaWithPipe<
  readonly [
    v.ArraySchema<Item, undefined>,
    v.MaxLengthAction<v.InferOutput<Item>[], number, undefined>,
  ]
> {
  return v.pipe(v.array(item), v.maxLength(LONGEST_LIST))
}

/** A list is an object to JavaScript, and none to JSON. */
const noList = v.custom<unknown>((value) => !Array.isArray(value), 'an object, not a list')

const fact = v.nullable(v.union([v.string(), v.number(), v.boolean()]))

const machine = v.strictObject({
  os: text,
  architecture: optionalText,
  cpu: optionalText,
  cores: v.nullable(whole(1)),
  features: list(text),
  caches: list(
    v.strictObject({
      level: whole(1),
      kind: v.picklist(['data', 'instruction', 'unified']),
      bytes: positive,
      sharedBy: v.nullable(whole(1)),
    }),
  ),
  memory: v.nullable(number),
  virtual: v.nullable(v.boolean()),
  engine: text,
  float16Array: v.boolean(),
  sharedArrayBuffer: v.boolean(),
})

const time = v.strictObject({
  median: positive,
  ...{ low: number, high: number, p10: number, p90: number },
  samples: count,
  batch: whole(1),
  steady: v.boolean(),
  first: v.exactOptional(v.pipe(number, v.minValue(0))),
})

/** One contender of a group. */
export const entry: v.GenericSchema<EntryRecord> = v.pipe(
  v.strictObject({
    name: text,
    kind: v.picklist(['backend', 'limit', 'peer']),
    status: v.picklist(['ok', 'fail', 'unavailable']),
    reason: optionalText,
    case: text,
    bytes: positive,
    time: v.nullable(time),
    gigabytesPerSecond: v.nullable(positive),
  }),
  v.check(({ reason, status, time: measured, gigabytesPerSecond }) => {
    const isTimed = measured !== null && gigabytesPerSecond !== null
    if (reason === null) return status === 'ok' && isTimed
    return measured === null && gigabytesPerSecond === null
  }, 'an entry has a time, or a reason why there is none'),
)

/** A ratio of speeds within a group. */
export const comparison: v.GenericSchema<ComparisonRecord> = v.strictObject({
  of: text,
  over: text,
  purpose: v.picklist(['limit', 'baseline', 'goal']),
  ...{ ratio: positive, low: positive, high: positive },
  rounds: whole(6),
  outcome: v.picklist(['faster', 'slower', 'no difference detected']),
  verdict: text,
})

const goal = v.pipe(
  v.strictObject({
    ...{ id: text, what: text, wanted: text },
    ...{ measured: v.nullable(number), low: v.nullable(number), high: v.nullable(number) },
    unit: v.picklist(['x', 'us', 'bytes', '%']),
    outcome: v.picklist(['met', 'not met', 'not measured']),
    reason: optionalText,
  }),
  v.check(
    ({ outcome, measured, reason }) =>
      outcome === 'not measured'
        ? measured === null && reason !== null && reason !== ''
        : measured !== null && reason === null,
    'a goal has a number, or a reason why there is none',
  ),
)

type About = 'createdAt' | 'machine' | 'packages' | 'run' | 'backends' | 'goals'

/** What results of every kind say about their run. */
export const aboutTheRun: {
  readonly [Key in About]: v.GenericSchema<unknown, BenchResult[Key]>
} & { readonly suiteVersion: v.ExactOptionalSchema<typeof text, undefined> } = {
  createdAt: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)),
  machine,
  packages: v.pipe(noList, v.record(v.string(), v.nullable(v.string()))),
  suiteVersion: v.exactOptional(text),
  run: v.strictObject({
    mode: v.picklist(['quick', 'full', 'goals']),
    filter: optionalText,
    seconds: positive,
    clockResolution: positive,
  }),
  backends: list(
    v.strictObject({
      ...{ name: text, packageName: text, available: v.boolean(), reason: optionalText },
      facts: v.pipe(noList, v.record(v.string(), fact)),
      isa: optionalText,
      threads: v.nullable(count),
    }),
  ),
  goals: list(goal),
}

/**
 * A report in Markdown, made from results and nothing else: run again, write again.
 */

import { readAutoResult } from '../auto/read-result.js'
import type { AutoResult } from '../auto/result.js'
import { readResult } from '../read-result.js'
import { exact, list, maybe, type Reader, text } from '../readers.js'
import type { BenchResult, GroupRecord } from '../result.js'
import { autoSection } from './auto-section.js'
import { markdownTable } from './markdown-table.js'
import { contenderRows, goalRow } from './rows.js'
import { bytesText } from './words.js'

/** What the report is told beside the results. */
export interface ReportOptions {
  /** Which machine this was, in words that end a sentence. */
  readonly where?: string
  /** How to make the same results again, one command a line. */
  readonly commands?: readonly string[]
  /** What `rope bench --auto` has found out, on the same machine. */
  readonly auto?: AutoResult
}

const readResults = list(readResult)

const readOptions: Reader<ReportOptions> = exact<ReportOptions>({
  where: maybe(text),
  commands: maybe(list(text)),
  auto: maybe(readAutoResult),
})

/**
 * The report of one or more results of one machine. The first one describes the machine.
 *
 * @throws RopeError INVALID_OPTION for what is no result of this version, naming the field
 *
 * @example
 * ```ts
 * renderReport([await runBench({ mode: 'quick', backends: cpuBackends(BACKENDS) })])
 * ```
 */
export function renderReport(results: readonly BenchResult[], options: ReportOptions = {}): string {
  const read = readResults(results, 'results')
  const { where = 'the machine below', commands = [], auto } = readOptions(options, 'options')
  const [first] = read
  if (first === undefined) return '# Benchmarks\n\nNothing has been measured yet.\n'
  const sections = [
    '# Benchmarks',
    introduction(first, where, commands),
    '## Method',
    METHOD,
    '## Machine',
    machineTable(first, read),
    '## Who took part',
    ...participants(first),
    ...goalSection(read),
    ...(auto === undefined ? [] : autoSection(auto)),
    ...read.flatMap(({ run, groups }) => (run.mode === 'goals' ? [] : matrixSection(groups))),
  ]
  return `${sections.join('\n\n')}\n`
}

function introduction(
  { createdAt }: BenchResult,
  where: string,
  commands: readonly string[],
): string {
  const again = commands.length === 0 ? [] : ['', '```sh', ...commands, '```']
  return [
    `Measured on ${where}, ${createdAt.slice(0, 10)}. This file is generated from the results; do not edit it.`,
    'Ratios of one run say more than microseconds, and neither carries over to another machine as it',
    'is: run the benchmark on yours.',
    ...again,
  ].join('\n')
}

const METHOD = [
  '- Everything that is compared runs in one process, in turns: A B C C B A is one round, in which a',
  '  steady drift of the machine cancels. A ratio is formed in each round; the median of the ratios is',
  '  reported with its interval of 95 % from order statistics, which assumes nothing about the noise.',
  '  When 1 lies in the interval, the verdict is "no difference detected".',
  '- A sample is a batch of calls, at least a hundred steps of the clock long, after an untimed call',
  '  that brings its own data into the caches. Warm-up lasts until a rolling median stands still; rounds',
  '  go on until the intervals are narrow or the time is up. "Not steady" marks a warm-up that ended first.',
  '- Before it is timed, every contender runs once and is compared with the oracle on 16 tokens, all',
  '  heads and channels: bit for bit for the backends, within 9 roundings of float32 for peers, which',
  '  may fuse and reorder. A wrong result shows FAIL and no time.',
  '- Times are of whole calls from JavaScript. For one token that is `bound.rotate(position)` at another',
  '  position each time; for more it is `step.rotate({ q, k })` with tables made once, as the layers',
  '  of a model share them. "Tables included" is the front call at new positions; "kernel only" is the',
  '  compiled kernel with ready tables. "Resident" memory was allocated by the backend.',
  '- Bytes are those of q and k that a call has to read plus those that it has to write; tables are not',
  '  counted. The limits do the same to as many bytes: an in-place scale (`x *= c`) for rotations in place,',
  '  a copy for those out of place. "Portable" limits are WebAssembly loops on one thread; a limit with a',
  "  backend's name uses that backend's own vectors, memory and threads.",
  '- An interval speaks of its own run. Another process may be given other pages by the system and other',
  '  machine code by the engine; what JavaScript compiles to is where this matters most.',
  '- The plain loop is what one writes by hand, with ready tables. ONNX Runtime is given q and k as one',
  '  tensor and one node, the least that its user can pay.',
].join('\n')

function machineTable(
  { machine, packages, run }: BenchResult,
  results: readonly BenchResult[],
): string {
  const runs = results.map((result) => `${result.run.mode} (${result.run.seconds.toFixed(0)} s)`)
  const { cpu, cores, virtual, caches, memory, features, os, engine } = machine
  const cacheText = caches.map(
    ({ level, kind, bytes }) =>
      `L${level} ${kind === 'unified' ? '' : `${kind} `}${bytesText(bytes)}`,
  )
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version ?? 'none'}`)
  return markdownTable(
    ['', ''],
    [
      [
        'processor',
        `${cpu ?? 'unknown'}, ${cores ?? '?'} cores${virtual === true ? ' of a virtual machine' : ''}`,
      ],
      ['caches', cacheText.join(', ') || 'unknown'],
      ['features', features.join(' ') || 'unknown'],
      ['memory', memory === null ? 'unknown' : bytesText(memory)],
      ['system', os],
      ['engine', engine],
      ['packages', versions.join(', ') || 'unknown'],
      ['runs', runs.join(', ')],
      ['clock', `steps of ${run.clockResolution.toFixed(2)} us`],
    ],
  )
}

function participants({ backends, peers }: BenchResult): readonly string[] {
  const backendRows = backends.map(({ name, available, reason, isa, threads }) => [
    name,
    available
      ? `${isa ?? 'no instruction set of its own'}, ${threadsText(threads ?? 0)}`
      : `not available: ${reason ?? 'no reason given'}`,
  ])
  const peerRows = peers.map(({ name, version, available, method, reason }) => [
    name,
    available ? [version, method].filter(Boolean).join(': ') : `not available: ${reason ?? ''}`,
  ])
  return [markdownTable(['backend', ''], backendRows), markdownTable(['peer', ''], peerRows)]
}

function threadsText(besideTheCallingOne: number): string {
  return besideTheCallingOne === 0 ? '1 thread' : `up to ${besideTheCallingOne + 1} threads`
}

function goalSection(results: readonly BenchResult[]): readonly string[] {
  const goals = results.flatMap((result) => result.goals)
  if (goals.length === 0) return []
  const met = goals.filter(({ outcome }) => outcome === 'met').length
  const measured = goals.filter(({ outcome }) => outcome !== 'not measured').length
  const rows = goals
    .map(goalRow)
    .map(({ what, wanted, measured: found, outcome }) => [
      what,
      wanted,
      found,
      outcome === 'met' ? 'met' : `**${outcome}**`,
    ])
  return [
    '## Goals',
    `${met} of ${goals.length} are met; ${measured} were measured. A goal is judged by the median.`,
    markdownTable(['what', 'wanted', 'measured', ''], rows),
  ]
}

function matrixSection(groups: readonly GroupRecord[]): readonly string[] {
  return groups.flatMap((group) => [
    `### ${group.title}`,
    markdownTable(
      [
        '',
        'time of a call',
        '10th to 90th percentile',
        'rate',
        'share of the limit',
        'against the baseline',
      ],
      contenderRows(group).map(({ name, time, spread, rate, ofLimit, verdict }) => [
        name,
        time === 'FAIL' ? '**FAIL**' : time,
        spread,
        rate,
        ofLimit,
        verdict,
      ]),
    ),
  ])
}

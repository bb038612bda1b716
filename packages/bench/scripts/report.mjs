/**
 * Writes BENCHMARKS.md at the root of the repository from the results in this package's results
 * folder: the goals first, then the front door's choices, then the matrix.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { renderReport } = await import('../dist/index.js').catch(() => {
  process.stderr.write('@rope/bench is not built; run: npm start\n')
  process.exit(1)
})

const path = (name) => fileURLToPath(new URL(name, import.meta.url))

const read = (names) =>
  names
    .map(path)
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))

const results = read(['../results/goals.json', '../results/full.json'])
const [auto] = read(['../results/auto.json'])

const quick = auto?.run.mode === 'quick' ? ' --quick' : ''

const report = renderReport(results, {
  where: "this project's machine (2 shared cores)",
  commands: [
    'npm run bench:peers',
    'npm run -s rope -- bench --goals --peers --json packages/bench/results/goals.json',
    'npm run -s rope -- bench --peers --json packages/bench/results/full.json',
    ...(auto
      ? [`npm run -s rope -- bench --auto${quick} --json packages/bench/results/auto.json`]
      : []),
    'npm run bench:report',
  ],
  ...(auto && { auto }),
})

const [calibration = []] = read(['../results/calibration.json'])

const cell = ({ right, worst }, cells) => `${right} of ${cells}, worst ${worst.toFixed(2)}x`

/** What a calibration at creation, with a cost model, was worth beside the order and real calls alone. */
const SECTION = `## The choice with and without a calibration

Until it was given up, \`@rope/auto\` timed its backends for some 130 ms when it first had to choose, and began with whom that
predicted to be the fastest. Now backends have an order, and real calls decide. Both ran right after each other, on cells of 1, 64 and
512 tokens (1 and 64 in the second and third row) with short settings, rounds for 150 to 200 ms a cell, on two cores that others used as
well: these numbers compare the two ways, and are no measure of either. A cell is right when the chosen backend is within 10 % of the best.

| where | with calibration | by order and real calls |
| --- | --- | --- |
${calibration.map((row) => `| ${row.place} | ${cell(row.with, row.cells)} | ${cell(row.without, row.cells)} |`).join('\n')}
`

const text = calibration.length === 0 ? report : `${report.trimEnd()}\n\n${SECTION}`

writeFileSync(path('../../../BENCHMARKS.md'), text)
process.stdout.write(`BENCHMARKS.md written from ${results.length + (auto ? 1 : 0)} results\n`)

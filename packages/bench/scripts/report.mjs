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

const report = renderReport(results, {
  where: "this project's machine (2 shared cores)",
  commands: [
    'npm run bench:peers',
    'npm run -s rope -- bench --goals --peers --json packages/bench/results/goals.json',
    'npm run -s rope -- bench --peers --json packages/bench/results/full.json',
    ...(auto ? ['npm run -s rope -- bench --auto --json packages/bench/results/auto.json'] : []),
    'npm run bench:report',
  ],
  ...(auto && { auto }),
})

writeFileSync(path('../../../BENCHMARKS.md'), report)
process.stdout.write(`BENCHMARKS.md written from ${results.length + (auto ? 1 : 0)} results\n`)

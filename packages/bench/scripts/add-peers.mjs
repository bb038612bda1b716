/**
 * Adds the peers of the benchmark in a folder of their own that git does not see: they weigh half
 * a gigabyte and are no part of the normal install. Install scripts stay off; the peers that need
 * one to fetch more (GPU libraries) work without it on the processor.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { PEER_PACKAGES: dependencies } = await import('../dist/node.js').catch(() => {
  process.stderr.write('@rope/bench is not built; run: npm start\n')
  process.exit(1)
})

const folder = fileURLToPath(new URL('../peers', import.meta.url))
const manifest = { name: 'rope-bench-peers', private: true, dependencies }

mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
process.stdout.write(`Adding peers to ${folder}: ${Object.keys(dependencies).join(', ')}\n`)
const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
const { status } = spawnSync('npm', ['install', ...flags], {
  cwd: folder,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1

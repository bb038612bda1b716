import { describe, expect, test } from 'vitest'
import { describeMachine } from '../../src/machine.js'
import { packageVersion } from '../../src/version.js'
import * as fake from '../fake-backends.js'
import { rope } from '../helpers.js'

const MIXED = [
  fake.missing('wasm'),
  fake.unavailable('webgpu', 'no adapter;\nuse a browser with WebGPU'),
  fake.working(),
]

test('says what the machine, the packages and the backends are', async () => {
  const { code, stdout, stderr } = await rope(['doctor'])
  expect(code).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toContain(process.versions.node)
  expect(stdout).toMatch(/processor +\S/)
  expect(stdout).toMatch(/memory +[\d.]+ [KMGT]iB, [\d.]+ [KMGT]iB free/)
  expect(stdout).toMatch(/SIMD +yes/)
  expect(stdout).toMatch(new RegExp(`@rope/core +${packageVersion('@rope/core')}`))
  expect(stdout).toMatch(/^ {2}available +js/m)
})

test('lists the package that chooses and the one for GPUs, and says what is not installed', async () => {
  const { stdout } = await rope(['doctor'], { backends: [fake.working(), fake.missing('absent')] })
  const [, listed = ''] = /^Packages\n(.*?)\n\n/ms.exec(stdout) ?? []
  const rows = listed.split('\n').map((row) => row.trim().split(/ {2,}/))
  expect(rows).toEqual([
    ['@rope/cli', '0.0.0'],
    ['@rope/core', '0.0.0'],
    ['@rope/auto', '0.0.0'],
    ['@rope/js', '0.0.0'],
    ['@rope/absent', 'not installed'],
    ['@rope/webgpu', '0.0.0'],
  ])
})

test('says why a backend is not available, and how to fix it', async () => {
  const { code, stdout } = await rope(['doctor'], { backends: MIXED })
  expect(code).toBe(0)
  expect(stdout).toContain(
    [
      '  not available  wasm',
      '      why: @rope/wasm is not installed, or a bundler left it out',
      '      fix: run: npm install @rope/wasm',
      '  not available  webgpu',
      '      why: no adapter;\\nuse a browser with WebGPU',
      '  available      js',
    ].join('\n'),
  )
})

test('without any backend it exits with 1', async () => {
  const { code, stdout } = await rope(['doctor'], { backends: [fake.missing()] })
  expect(code).toBe(1)
  expect(stdout).toContain('not available  wasm')
  expect(stdout).toMatch(/^Choice\n {2}none: every backend cannot run here; wasm is unavailable: /m)
})

test('says what would be chosen for a decode step and for a prompt, and why', async () => {
  const { stdout } = await rope(['doctor'], { backends: MIXED })
  expect(stdout).toMatch(/^js makes this call: 1 token, 32 \+ 8 heads x 128, float32,/m)
  expect(stdout).toMatch(/^js makes this call: 512 tokens,/m)
  expect(stdout).toMatch(/^wasm +no .* @rope\/wasm is not installed/m)
})

test('a backend that computes the wrong thing does not count, and the evidence is shown', async () => {
  const { code, stdout } = await rope(['doctor'], { backends: [fake.mirrored()] })
  expect(code).toBe(1)
  expect(stdout).toMatch(
    / {2}none: .*mirrored is quarantined: its self-test failed: .* golden value/,
  )
})

describe('--json', () => {
  test('has the same facts as data', async () => {
    const { code, stdout } = await rope(['doctor', '--json'], { backends: MIXED })
    expect(code).toBe(0)
    const { memory, ...machine } = describeMachine()
    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({ machine })
    expect(report).toMatchObject({
      machine: { memory: { total: memory.total } },
      packages: [
        { name: '@rope/cli', version: '0.0.0' },
        { name: '@rope/core', version: '0.0.0' },
        { name: '@rope/auto', version: '0.0.0' },
        { name: '@rope/wasm', version: '0.0.0' },
        { name: '@rope/webgpu', version: '0.0.0' },
        { name: '@rope/js', version: '0.0.0' },
      ],
      backends: [
        {
          name: 'wasm',
          package: '@rope/wasm',
          available: false,
          reason: '@rope/wasm is not installed, or a bundler left it out',
          fix: 'run: npm install @rope/wasm',
          facts: {},
        },
        {
          name: 'webgpu',
          package: '@rope/webgpu',
          available: false,
          reason: 'no adapter;\nuse a browser with WebGPU',
          fix: null,
          facts: { adapter: null },
        },
        { name: 'js', package: '@rope/js', available: true, reason: null, fix: null },
      ],
      choices: {
        problem: null,
        explanations: [
          { chosen: 'js', call: { tokens: 1 } },
          { chosen: 'js', call: { tokens: 512 } },
        ],
      },
    })
  })

  test('without any backend it exits with 1 all the same', async () => {
    expect((await rope(['doctor', '--json'], { backends: [fake.missing()] })).code).toBe(1)
  })
})

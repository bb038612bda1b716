/**
 * Runs the C tests: every kernel against the formula, bit for bit, plainly compiled, with the
 * sanitizers, and for 64-bit Arm in an emulator. What this machine lacks is named and skipped.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

const RUNNER = fileURLToPath(new URL('run.mjs', import.meta.url))
const SKIPPED = 77
const MINUTES = 60_000

interface Outcome {
  readonly code: number
  readonly lines: readonly string[]
}

function runVariant(name: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 1 << 24 }
    execFile(process.execPath, [RUNNER, name], options, (error, stdout, stderr) => {
      const lines = `${stdout}${stderr}`.trimEnd().split('\n')
      resolve({ code: error === null ? 0 : Number(error.code), lines })
    })
  })
}

/** The kernels that a run must have checked, given the processor that ran it. */
const EVERYWHERE = ['rope_generic_rows', 'rope_half_f32_scalar', 'rope_interleaved_bf16_scalar']

const VARIANTS = [
  { name: 'plain', checked: EVERYWHERE },
  { name: 'clang', checked: EVERYWHERE },
  { name: 'sanitized', checked: EVERYWHERE },
  { name: 'arm64', checked: [...EVERYWHERE, 'rope_half_f16_neon', 'rope_run neon'] },
] as const

describe('kernels in C', () => {
  for (const { name, checked } of VARIANTS) {
    test(name, { timeout: 5 * MINUTES }, async (context) => {
      const { code, lines } = await runVariant(name)
      if (code === SKIPPED) context.skip(lines.at(-1))
      const failed = lines.filter((line) => !/^(ok|skip|done) /.test(line))
      expect(failed).toEqual([])
      expect(code).toBe(0)
      expect(lines.at(-1)).toMatch(/^done [1-9]\d* 0$/)
      for (const kernel of checked) {
        expect(lines.some((line) => line.startsWith(`ok ${kernel} `))).toBe(true)
      }
    })
  }
})

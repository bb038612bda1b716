/**
 * Native code on processors without the vectors that it would like, from the tarballs: this very Node
 * runs on a processor that QEMU plays. The kernels that fit are chosen, nothing else is run, and every
 * bit is that of JavaScript. (QEMU plays no AVX-512.)
 */
import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { probeNative } from '@rope/native'
import { afterAll, expect, inject, test } from 'vitest'
import { ROTATIONS, storyIn } from '../rotations.js'
import { makeFolder, run } from '../tools.js'

const { available, reason } = probeNative()
const emulator = spawnSync('qemu-x86_64', ['--version']).status === 0
const isHere = `${process.platform}-${process.arch}` === 'linux-x64'

function whyNot(): string | undefined {
  if (!isHere) return 'needs Linux on x64'
  if (!emulator) return 'no qemu-x86_64; Debian: apt-get install qemu-user'
  return available ? undefined : reason
}

const why = whyNot()
const note = why === undefined ? '' : ` (skipped: ${why})`

const project = makeFolder({ 'rotations.mjs': ROTATIONS })
afterAll(project.remove)
symlinkSync(inject('packed').modules, join(project.folder, 'node_modules'))

const PROCESSORS = [
  { name: 'Nehalem, of 2008', cpu: 'Nehalem', isa: 'scalar', instructionSets: 'scalar' },
  { name: 'Haswell, of 2013', cpu: 'Haswell', isa: 'avx2', instructionSets: 'avx2, scalar' },
  // Its vectors of 16-bit floats are what the AVX2 kernels need, too.
  { name: 'one without F16C', cpu: 'Haswell,-f16c', isa: 'scalar', instructionSets: 'scalar' },
]

test.skipIf(why !== undefined).each(PROCESSORS)(
  `$name: the kernels are $isa${note}`,
  ({ cpu, isa, instructionSets }) => {
    const args = ['-cpu', cpu, process.execPath, 'rotations.mjs']
    const { status, output } = run(project.folder, 'qemu-x86_64', ...args)
    expect(status, output).toBe(0)
    const story = storyIn(output)
    expect(story).toMatchObject({ same: true, isa, instructionSets })
    expect(story.withoutVectors === null).toBe(isa !== 'scalar')
  },
)

/**
 * GGUF files with damaged bytes: read as profiles that can be shown, or refused.
 */
import assert from 'node:assert/strict'
import { ggufProfiles } from '@rope/core/gguf'
import { fuzz } from '../../../../tooling/fuzz/fuzz.js'
import { chance, pick } from '../../../../tooling/fuzz/random.js'
import { reportProfile } from '../../src/commands/inspect-report.js'
import { profileText } from '../../src/commands/inspect-text.js'
import { readOpenGguf } from '../../src/files/read-gguf.js'
import { colorsFor } from '../../src/format/colors.js'
import { Recording } from '../helpers.js'
import { damaged, GGUF_FILES } from './gguf-seeds.js'
import { openInMemory } from './memory-file.js'

const colors = colorsFor(new Recording(false), {})

fuzz('GGUF bytes', {
  make: (random) => {
    const file = pick(random, GGUF_FILES)
    if (chance(random, 0.15)) return file
    const once = damaged(random, file)
    return once.length > 0 && chance(random, 0.2) ? damaged(random, once) : once
  },
  check: async (bytes, random) => {
    const open = openInMemory('model.gguf', bytes)
    const file = await readOpenGguf(open)
    assert.ok(open.asked() <= 4 * bytes.length + 64, `${open.asked()} bytes were read`)
    const profiles = ggufProfiles(file)
    if (!chance(random, 1 / 16)) return
    // Text and numbers take several times as long as reading.
    for (const profile of profiles) profileText(reportProfile(profile, 512, null), colors)
  },
})

import { describe, expect, test } from 'vitest'
import { chooseInstructionSet, supportedSets, withoutVectors } from '../src/instruction-set.js'

const SETS = [
  { name: 'scalar', id: 0, supported: true },
  { name: 'avx2', id: 3, supported: true },
  { name: 'avx512', id: 4, supported: false },
]

describe('chooseInstructionSet', () => {
  test('takes the best that runs here', () => {
    expect(supportedSets(SETS).map(({ name }) => name)).toEqual(['avx2', 'scalar'])
    expect(chooseInstructionSet(SETS, undefined, 'isa')).toMatchObject({ ok: true, isa: { id: 3 } })
  })

  test('takes the one asked for', () => {
    expect(chooseInstructionSet(SETS, 'scalar', 'isa')).toMatchObject({ ok: true, isa: { id: 0 } })
  })

  test('refuses one that this processor lacks, and one that nobody knows', () => {
    expect(chooseInstructionSet(SETS, 'avx512', 'ROPE_ISA')).toEqual({
      ok: false,
      known: true,
      reason:
        'ROPE_ISA is avx512, which this processor does not support; accepted here: avx2, scalar',
    })
    expect(chooseInstructionSet(SETS, 'mmx', 'isa')).toEqual({
      ok: false,
      known: false,
      reason: 'isa is "mmx", which this binary does not know; accepted here: avx2, scalar',
    })
  })

  test('refuses when nothing runs here', () => {
    expect(chooseInstructionSet([], undefined, 'isa')).toMatchObject({ ok: false, known: true })
  })
})

describe('withoutVectors', () => {
  test('is null where there are vectors', () => {
    expect(withoutVectors(SETS)).toBeNull()
  })

  test('says what an old processor lacks', () => {
    const old = SETS.map((set) => ({ ...set, supported: set.name === 'scalar' }))
    expect(withoutVectors(old)).toBe(
      'this processor can run the scalar kernels alone (it lacks avx2, avx512); @rope/wasm may be faster',
    )
    expect(withoutVectors(old.slice(0, 1))).toContain('this binary holds no others')
  })
})

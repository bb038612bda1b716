import { describe, expect, test } from 'vitest'
import { fitCurve, isCalibration, mergeCalibrations, predict } from '../src/costs.js'

describe('a fitted curve', () => {
  test('goes through its points, and straight between and beyond them', () => {
    const curve = fitCurve([
      { bytes: 100, microseconds: 2 },
      { bytes: 1100, microseconds: 3 },
      { bytes: 3100, microseconds: 13 },
    ])
    expect(curve).toEqual([
      { upTo: 1100, overhead: 1.9, rate: 1000 },
      { upTo: null, overhead: -2.5, rate: 200 },
    ])
    const times = [0, 100, 600, 1100, 2100, 3100, 5100].map((bytes) => predict(curve, bytes))
    expect(times.map((time) => Number(time?.toFixed(9)))).toEqual([1.9, 2, 2.5, 3, 8, 13, 23])
  })

  test('does not promise calls for nothing below its smallest point', () => {
    const curve = fitCurve([
      { bytes: 100, microseconds: 2 },
      { bytes: 200, microseconds: 6 },
    ])
    expect([0, 50, 100, 150, 200].map((bytes) => predict(curve, bytes))).toEqual([1, 1.5, 2, 4, 6])
  })

  test('never falls: where a larger call seems faster, the smaller one counts', () => {
    const curve = fitCurve([
      { bytes: 100, microseconds: 5 },
      { bytes: 200, microseconds: 4 },
      { bytes: 400, microseconds: 9 },
    ])
    expect(predict(curve, 100)).toBeCloseTo(5, 6)
    expect(predict(curve, 200)).toBeCloseTo(5, 6)
    expect(predict(curve, 300)).toBeCloseTo(7, 6)
  })

  test('through a single point has no overhead', () => {
    expect(predict(fitCurve([{ bytes: 100, microseconds: 5 }]), 50)).toBe(2.5)
  })

  test('through nothing predicts nothing', () => {
    expect(predict(fitCurve([]), 50)).toBeNull()
    expect(predict(undefined, 50)).toBeNull()
  })

  test('predicts no negative times', () => {
    const curve = [{ upTo: null, overhead: -2, rate: 100 }]
    expect(predict(curve, 10)).toBe(0)
  })

  test('survives JSON', () => {
    const points = [0, 0, 1].map((microseconds, i) => ({ bytes: (i + 1) * 100, microseconds }))
    const calibration = { js: { float32: fitCurve(points) } }
    expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration)
    expect(isCalibration(calibration)).toBe(true)
  })
})

test('merging lays one calibration over another, dtype by dtype', () => {
  const curve = (overhead: number) => [{ upTo: null, overhead, rate: 1 }]
  const merged = mergeCalibrations(
    { js: { float32: curve(1), float16: curve(2) } },
    { js: { float16: curve(3) }, wasm: { float32: curve(4) } },
  )
  expect(merged).toEqual({
    js: { float32: curve(1), float16: curve(3) },
    wasm: { float32: curve(4) },
  })
})

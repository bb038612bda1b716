/**
 * The reader of shapes that a caller has made: heads that can be measured at all.
 */
import { reject } from '@rope/core/backend'
import { exact, one, type Reader, text, whole } from '../readers.js'
import type { ModelShape } from './model-shape.js'

/** More heads, and more channels of a head, than any model has. */
const MOST_HEADS = 2 ** 10
const MOST_CHANNELS = 2 ** 14

const readFields = exact<ModelShape>({
  name: text,
  queryHeads: whole(1, MOST_HEADS),
  keyHeads: whole(1, MOST_HEADS),
  headDim: whole(2, MOST_CHANNELS),
  rotaryDim: whole(2, MOST_CHANNELS),
  base: one('a finite number above 0', (value) => Number.isFinite(value) && value > 0),
})

/** The heads of a model. */
export const readShape: Reader<ModelShape> = (value, field) => {
  const shape = readFields(value, field)
  const { headDim, rotaryDim } = shape
  if (rotaryDim % 2 === 0 && rotaryDim <= headDim) return shape
  const accepted = `an even number up to headDim, ${headDim}`
  return reject('INVALID_OPTION', `${field}.rotaryDim`, rotaryDim, accepted)
}

/**
 * The reader of names of packages, which become paths below node_modules.
 */
import { one, type Reader } from '../readers.js'

/** More characters than names on npm have. */
const LONGEST = 214

const NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/

/** The name of a package. */
export const readName: Reader<string> = one(
  'the name of a package',
  (value) => typeof value === 'string' && value.length <= LONGEST && NAME.test(value),
)

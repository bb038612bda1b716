import { program } from '../../tooling/tsup/preset.js'

export default program({ tinystories: 'src/main.ts' })

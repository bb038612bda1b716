import { program } from '../../tooling/tsup/preset.js'

export default program({ rope: 'src/main.ts' })

import { program } from '../../tooling/tsup/preset.js'

export default program({ roformer: 'src/main.ts' })

import { doorsOf, library } from '../../tooling/tsup/preset.js'

export default library(doorsOf(import.meta.url))

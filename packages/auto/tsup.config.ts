import { doorsOf, library } from '../../tooling/tsup/preset.js'

// Backends stay outside: each is loaded when it is needed, and one that is absent is no error.
export default library(doorsOf(import.meta.url), { external: [/^@rope\//] })

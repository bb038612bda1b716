import { library } from '../../tooling/tsup/preset.js'

// The shims give the CommonJS build its import.meta.url.
export default library(
  { index: 'src/index.ts', node: 'src/node/index.ts' },
  { shims: true },
)

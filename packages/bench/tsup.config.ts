import { library } from '../../tooling/tsup/preset.js'

// The shims give the CommonJS build its import.meta.url; an optional package stays outside, since
// it finds its own files beside its own code.
export default library(
  {
    index: 'src/index.ts',
    auto: 'src/auto/index.ts',
    gpu: 'src/gpu/index.ts',
    machine: 'src/machine/index.ts',
    matrix: 'src/matrix/index.ts',
    node: 'src/node/index.ts',
    peers: 'src/peers/index.ts',
    report: 'src/report/index.ts',
  },
  { shims: true, external: ['@rope/native'] },
)

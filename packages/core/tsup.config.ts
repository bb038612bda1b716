import { library } from '../../tooling/tsup/preset.js'

export default library({
  index: 'src/index.ts',
  conformance: 'src/conformance/index.ts',
  reference: 'src/reference/index.ts',
  safetensors: 'src/doors/safetensors.ts',
})

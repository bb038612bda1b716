import { library } from '../../tooling/tsup/preset.js'

// `shims`: the CommonJS build finds the package's folder by import.meta.url as well.
export default library({ index: 'src/index.ts' }, { platform: 'node', shims: true })

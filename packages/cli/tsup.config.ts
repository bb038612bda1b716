import { program } from '../../tooling/tsup/preset.js'

export default program({ rope: 'src/main.ts', 'dashboard-run': 'src/dashboard/run-main.ts' })

/**
 * The page's build.
 */
import { pageConfig } from '../../tooling/vitest/page.js'

export default pageConfig({ publicDir: false })

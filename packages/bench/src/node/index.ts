/**
 * What only Node can tell or load: the machine, versions, peers from npm, sizes of files.
 */
export { benchGpu, type NodeGpuBenchOptions } from './gpu/bench-gpu.js'
export { describeMachine } from './machine.js'
export { packageSize } from './package-size.js'
export { NODE_PEERS, PEER_PACKAGES } from './peers.js'
export { installedVersions } from './versions.js'

/**
 * Door `@rope/core/parallel`: shards of a sequence.
 */
export type { TokenArray, TokenRows } from '../parallel/move-tokens.js'
export { putShard, takeShard } from '../parallel/move-tokens.js'
export type { Shard, Sharding, ShardOptions } from '../parallel/shard.js'
export { SHARDINGS, shardOf } from '../parallel/shard.js'
export type { WholeSequence } from '../parallel/shard-positions.js'
export { shardPositions } from '../parallel/shard-positions.js'

/**
 * Constants of the WebGPU specification that are not globals everywhere: Node has none of them.
 */

/** GPUBufferUsage. */
export const USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const

/** GPUMapMode.READ. */
export const MAP_READ = 1

/** GPUShaderStage.COMPUTE. */
export const STAGE_COMPUTE = 4

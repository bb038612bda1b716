/**
 * Door `@rope/core/mlx`: the rope of MLX.
 */
export type { MlxRope } from '../models/mlx/periods.js'
export { fromMlx, toMlx } from '../models/mlx/periods.js'

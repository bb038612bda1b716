/**
 * The bound that every schedule's options are checked against, so that a hostile or mistyped
 * config cannot ask for angles that mean nothing.
 */

/**
 * The highest frequency a schedule may give, in radians per position: far above any model's (1 is
 * usual), and low enough for angles to stay exact at 2^31 positions.
 */
export const HIGHEST_FREQUENCY: number = 2 ** 20

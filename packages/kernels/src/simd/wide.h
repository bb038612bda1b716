/* Two vectors that belong together, in the two ways that the templates know. */

/* A block of a split type: its even and its odd elements. */
typedef struct f32xn2 {
  f32xn even, odd;
} f32xn2;

/* A vector of neighbouring pairs, loaded twice for the two products of a rotation. */
typedef struct f32xnp {
  f32xn first, second;
} f32xnp;

/* Two vectors as one block: the even and the odd elements of a 16-bit type. */
typedef struct f32xn2 {
  f32xn even, odd;
} f32xn2;

/* From coefficients to samples, as libjpeg computes them. */

#ifndef TINTYPE_SAMPLES_H
#define TINTYPE_SAMPLES_H

#include "huffman.h"

INLINE uint8_t clamped(int x) { return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x); }

/* A sample around 0 becomes one around 128. What is far out of range comes round at 10 bits, as in
   libjpeg. */
INLINE uint8_t sample(int64_t x) { return clamped((int)((x & 1023) ^ 512) - 512 + 128); }

INLINE int64_t odd_part(int64_t first, int64_t third, int64_t fifth, int64_t seventh) {
    return first * 29692 - third * 10426 + fifth * 6967 - seventh * 5906;
}

/* A block as 2 × 2 pixels: jpeg_idct_2x2 of libjpeg, columns, then rows; it uses no even ones. */
static void make_four(const int16_t *block, const uint16_t *quant, uint8_t four[4]) {
    int64_t rows[2][8];
    for (int x = 0; x < 8; x += x ? 2 : 1) {
        int64_t even = (int64_t)(block[x] * quant[x]) * (1 << 15);
        int64_t odd = odd_part(block[x + 8] * quant[x + 8], block[x + 24] * quant[x + 24],
                               block[x + 40] * quant[x + 40], block[x + 56] * quant[x + 56]);
        rows[0][x] = (even + odd + (1 << 12)) >> 13;
        rows[1][x] = (even - odd + (1 << 12)) >> 13;
    }
    for (int y = 0; y < 2; y++) {
        int64_t even = rows[y][0] * (1 << 15);
        int64_t odd = odd_part(rows[y][1], rows[y][3], rows[y][5], rows[y][7]);
        four[2 * y] = sample((even + odd + (1 << 19)) >> 20);
        four[2 * y + 1] = sample((even - odd + (1 << 19)) >> 20);
    }
}

#endif

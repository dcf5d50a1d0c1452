/* The bits of a scan, and the Huffman codes in them. */

#ifndef TINTYPE_HUFFMAN_H
#define TINTYPE_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WINDOW 12      /* bits of one look */
#define MOST_BITS 18   /* of one step: three steps fit into the 56 bits that a refill leaves */
#define BLOCK_END 256u /* added to the coefficients of a step that ends its block */
#define UNKNOWN 1024u  /* a step that says nothing: the symbol is read by itself */

#define INLINE static inline __attribute__((always_inline))

enum { NO = -1, MORE = 0, DONE = 1 }; /* how a call ended; NO: this is not for us */

/* A symbol with the value that follows it; `bits` 0: not all of it is in the window. */
typedef struct {
    uint8_t bits, advance; /* coefficients it takes; 0 ends the block */
    int16_t value;
} One;

typedef struct {
    One one[1 << WINDOW];
    uint32_t steps[1 << WINDOW];  /* coefficients << 8 | bits, of all symbols in the window */
    int32_t limit[17], offset[17]; /* by length: the first code too high, and code to symbol */
    uint8_t symbols[256];
    int defined, has_one, has_steps;
} Table;

/* Bits not yet used, from the highest down: `count` of them, the last `padding` of which are zeros
   that stand for bytes after the end. Below `count` there may be bits of *next, and no others. */
typedef struct {
    const uint8_t *next, *end;
    uint64_t bits;
    int count, padding;
} Reader;

/* Bits */

/* At least 56 bits, byte by byte: zeros after a marker or the end. */
static __attribute__((noinline)) Reader refilled_slowly(Reader in) {
    while (in.count < 56) {
        uint64_t byte = 0;
        if (in.next < in.end && in.next[0] != 0xFF)
            byte = *in.next++;
        else if (in.end - in.next >= 2 && in.next[1] == 0) { /* FF 00 stands for FF */
            byte = 0xFF;
            in.next += 2;
        } else
            in.padding += 8;
        in.bits |= byte << (56 - in.count);
        in.count += 8;
    }
    return in;
}

/* At least 56 bits and at most 63: eight bytes at once, where none of them is FF. */
INLINE void refill(Reader *in) {
    if (in->end - in->next >= 8) {
        const uint8_t *p = in->next;
        uint64_t word = (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
                        (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
                        (uint64_t)p[6] << 8 | p[7];
        if (!((~word - 0x0101010101010101u) & word & 0x8080808080808080u)) {
            in->bits |= word >> in->count;
            in->next += (63 - in->count) >> 3;
            in->count |= 56;
            return;
        }
    }
    *in = refilled_slowly(*in);
}

INLINE void drop(Reader *in, unsigned bits) {
    in->bits <<= bits;
    in->count -= (int)bits;
}

/* Symbols: Huffman codes of up to 16 bits. The low half of a symbol is the size of the value after
   it in bits; the high half says how many zeros are before it (ITU-T T.81, F.2.2). */

/* The symbol whose code begins the highest `have` bits of a window, and its length; NO: none. */
INLINE int found(const Table *table, uint64_t window, int have, int *length) {
    for (int n = 1; n <= have; n++) {
        int code = (int)(window >> (64 - n));
        if (code < table->limit[n]) {
            *length = n;
            return table->symbols[code + table->offset[n]];
        }
    }
    return NO;
}

INLINE int symbol(Reader *in, const Table *table) {
    int length, symbol = found(table, in->bits, 16, &length);
    if (symbol >= 0)
        drop(in, (unsigned)length);
    return symbol;
}

/* The value in the highest `size` bits; below half of what they can say it is negative (F.2.2.1). */
INLINE int value(uint64_t window, int size) {
    if (!size)
        return 0;
    int bits = (int)(window >> (64 - size));
    return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/* No value but for zeros goes with the end of a block and with 16 zeros only; 8 bits need no more
   than 10 bits for a value. */
INLINE int is_sound(int symbol) {
    int size = symbol & 15;
    return size ? size <= 10 : symbol == 0 || symbol == 0xF0;
}

static void make_one(Table *table, int is_dc) {
    for (uint64_t i = 0; i < 1 << WINDOW; i++) {
        uint64_t window = i << (64 - WINDOW);
        int length, symbol = found(table, window, WINDOW, &length);
        table->one[i] = (One){0, 0, 0};
        if (symbol < 0 || (!is_dc && !is_sound(symbol)))
            continue;
        int size = is_dc ? symbol : symbol & 15, ends = !is_dc && symbol == 0;
        if (length + size <= WINDOW)
            table->one[i] = (One){(uint8_t)(length + size), (uint8_t)(ends ? 0 : (symbol >> 4) + 1),
                                  (int16_t)value(window << length, size)};
    }
    table->has_one = 1;
}

/* What all symbols take together whose codes are in a window. The value of the last may go on
   behind it. */
static void make_steps(Table *table) {
    for (uint64_t i = 0; i < 1 << WINDOW; i++) {
        unsigned bits = 0, advance = 0;
        while (bits < WINDOW && advance < BLOCK_END) {
            int length;
            int symbol = found(table, i << (64 - WINDOW + bits), (int)(WINDOW - bits), &length);
            if (symbol < 0 || !is_sound(symbol))
                break;
            unsigned more = (unsigned)(length + (symbol & 15));
            if (bits + more > MOST_BITS)
                break;
            bits += more;
            advance += symbol ? (unsigned)(symbol >> 4) + 1 : BLOCK_END;
        }
        table->steps[i] = bits ? advance << 8 | bits : UNKNOWN << 8;
    }
    table->has_steps = 1;
}

#endif

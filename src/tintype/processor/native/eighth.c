/* A JPEG at an eighth of its size, for the kind that cameras write and nothing else.

At that size a block of 8 × 8 pixels becomes one, its mean, which is the first of its 64 coefficients.
Of the other 63 only their end matters, so they are stepped over several at a time: one look at the
next 12 bits says how many bits and coefficients all symbols take that begin there. Where colour has
half the resolution both ways, its blocks become 2 × 2 pixels, and their coefficients are read.

The pixels are those of libjpeg-turbo, bit for bit. "No" is the answer to everything but an intact
baseline file of 8 bits with one scan, grey or Y'CbCr, sampled 1 × 1, 2 × 1, 1 × 2 or 2 × 2; libvips
reads the others, and judges what is damaged.

Safety: the bytes come from strangers. All memory is the caller's and of one size; nothing recurs;
every read of the file is checked against its end; each loop is bounded by the size in the header,
which the caller has judged before. Every table index is masked, or below what was checked for. */

#include "huffman.h"
#include "samples.h"

#define MOST_WIDTH 8192 /* pixels of a row: an eighth of 65,535, rounded up to whole blocks */

typedef struct {
    Table *dc, *ac;
    const uint16_t *quant;
    int id, h, v, quant_number, mean; /* `mean`: the first coefficient of the block before */
} Part;

typedef struct {
    Reader in;
    Table dc[2], ac[2];
    uint16_t quant[4][64]; /* by rows, not in zigzag */
    int quants;            /* one bit for each that was defined */
    Part part[3];
    int parts, h, v, halved; /* `halved`: colour is at half the resolution both ways */
    int width, height;       /* of the result: whole pixels only */
    int across, down, row;   /* minimum coded units in a row, rows of them, rows done */
    int interval, left, marker;
    int is_rgb;
    uint8_t plane[3][2][MOST_WIDTH]; /* one row of units */
} State;

static const uint8_t ZIGZAG[64] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* Blocks */

/* The first coefficient is told as the difference to that of the block before. */
INLINE int read_mean(Reader *in, Part *part) {
    refill(in);
    One one = part->dc->one[in->bits >> (64 - WINDOW)];
    if (one.bits) {
        drop(in, one.bits);
        part->mean += one.value;
    } else {
        int size = symbol(in, part->dc);
        if (size < 0)
            return NO;
        part->mean += value(in->bits, size);
        drop(in, (unsigned)size);
    }
    return part->mean < INT16_MIN || part->mean > INT16_MAX ? NO : 0;
}

/* Step over the other 63 coefficients. A step that passes the end of the block took symbols of the
   next one for this one's: it is taken back, and the symbols are read one by one. */
INLINE int skip_block(Reader *reader, const Table *table) {
    Reader in = *reader;
    unsigned done = 0;
    for (;;) {
        refill(&in);
        for (int i = 0; i < 3; i++) {
            uint64_t before = in.bits;
            uint32_t step = table->steps[before >> (64 - WINDOW)];
            drop(&in, step & 255);
            done += step >> 8;
            if (done < 63)
                continue;
            if (done == 63 || (done >= BLOCK_END && done < BLOCK_END + 63)) {
                *reader = in;
                return 0;
            }
            in.bits = before;
            in.count += (int)(step & 255);
            done -= step >> 8;
            refill(&in);
            int single = symbol(&in, table);
            if (single < 0 || !is_sound(single))
                return NO;
            drop(&in, single & 15);
            done += single ? (unsigned)(single >> 4) + 1 : BLOCK_END;
            if (done == 63 || done >= BLOCK_END) {
                *reader = in;
                return 0;
            }
            if (done > 63)
                return NO;
            break; /* the bits of two more steps may not be there */
        }
    }
}

/* Read the other 63 coefficients into a block of zeros; how far it got, 0 if there are none. */
INLINE int read_block(Reader *reader, const Table *table, int16_t *block) {
    Reader in = *reader;
    int done = 0;
    while (done < 63) {
        refill(&in);
        One one = table->one[in.bits >> (64 - WINDOW)];
        if (!one.bits) {
            int single = symbol(&in, table);
            if (single < 0 || !is_sound(single))
                return NO;
            one = (One){(uint8_t)(single & 15), (uint8_t)(single ? (single >> 4) + 1 : 0),
                        (int16_t)value(in.bits, single & 15)};
        }
        drop(&in, one.bits);
        if (!one.advance)
            break;
        done += one.advance;
        if (done > 63)
            return NO;
        block[ZIGZAG[done]] = one.value;
    }
    *reader = in;
    return done;
}

INLINE uint8_t mean_sample(const Part *part) {
    return sample((part->mean * part->quant[0] + 4) >> 3);
}

/* The rest of a colour's block, as many pixels as the unit has of brightness. */
INLINE int colour_block(State *s, Reader *in, int number, int unit, int16_t *block) {
    Part *part = &s->part[number];
    uint8_t four[4];
    int read = 0;
    if (s->halved)
        read = read_block(in, part->ac, block);
    else if (skip_block(in, part->ac))
        return NO;
    if (read < 0)
        return NO;
    if (read > 0) {
        block[0] = (int16_t)part->mean;
        make_four(block, part->quant, four);
        memset(block, 0, 64 * sizeof *block);
    } else
        memset(four, mean_sample(part), 4);
    for (int y = 0; y < s->v; y++)
        memcpy(&s->plane[number][y][unit * s->h], &four[2 * y], (size_t)s->h);
    return 0;
}

/* A row of pixels in sRGB, with libjpeg's rounding (16 bits of fraction). */
static void write_row(const State *s, int y, uint8_t *out) {
    const uint8_t *grey = s->plane[0][y], *blue = s->plane[1][y], *red = s->plane[2][y];
    if (s->parts == 1) {
        memcpy(out, grey, (size_t)s->width);
        return;
    }
    for (int x = 0; x < s->width; x++, out += 3) {
        int b = blue[x] - 128, r = red[x] - 128;
        out[0] = clamped(grey[x] + ((91881 * r + 32768) >> 16));
        out[1] = clamped(grey[x] + ((-22554 * b - 46802 * r + 32768) >> 16));
        out[2] = clamped(grey[x] + ((116130 * b + 32768) >> 16));
    }
}

/* The scan */

/* Whether the bits end here, but for those that fill the last byte, and this marker comes next. */
static int ends_with(Reader *in, int marker) {
    *in = refilled_slowly(*in);
    int unused = in->count - in->padding;
    return in->padding && unused >= 0 && unused < 8 && in->end - in->next >= 2 &&
           in->next[0] == 0xFF && in->next[1] == marker;
}

static int restart(State *s) {
    if (!ends_with(&s->in, 0xD0 + s->marker))
        return NO;
    s->marker = (s->marker + 1) & 7;
    s->left = s->interval;
    s->in = (Reader){s->in.next + 2, s->in.end, 0, 0, 0};
    for (int i = 0; i < s->parts; i++)
        s->part[i].mean = 0;
    return 0;
}

static int read_units(State *s) {
    int16_t block[64] = {0};
    Reader in = s->in; /* by itself it can live in registers */
    for (int unit = 0; unit < s->across; unit++) {
        if (s->interval && !s->left) {
            s->in = in;
            if (restart(s))
                return NO;
            in = s->in;
        }
        s->left--;
        for (int y = 0; y < s->v; y++)
            for (int x = 0; x < s->h; x++) {
                if (read_mean(&in, &s->part[0]) || skip_block(&in, s->part[0].ac))
                    return NO;
                s->plane[0][y][unit * s->h + x] = mean_sample(&s->part[0]);
            }
        for (int number = 1; number < s->parts; number++)
            if (read_mean(&in, &s->part[number]) || colour_block(s, &in, number, unit, block))
                return NO;
        if (in.count < in.padding) /* it went on after the end */
            return NO;
    }
    s->in = in;
    return 0;
}

/* The segments before the scan. Each has `size` bytes at `p`, which are there. */

static int read_huffman(State *s, const uint8_t *p, size_t size) {
    while (size) {
        if (size < 17 || p[0] & 0xEE) /* two of each kind, as baseline has it */
            return NO;
        int is_dc = !(p[0] >> 4), code = 0, total = 0;
        Table *table = is_dc ? &s->dc[p[0] & 1] : &s->ac[p[0] & 1];
        for (int n = 1; n <= 16; n++) {
            table->offset[n] = total - code;
            code += p[n];
            total += p[n];
            if (code >= 1 << n) /* no code is all ones */
                return NO;
            table->limit[n] = code;
            code <<= 1;
        }
        if (total > 256 || size < 17 + (size_t)total)
            return NO;
        memcpy(table->symbols, p + 17, (size_t)total);
        for (int i = 0; i < total; i++)
            if (is_dc && table->symbols[i] > 11) /* bits of a value: 8 bits need no more */
                return NO;
        table->defined = 1;
        table->has_one = table->has_steps = 0;
        p += 17 + total;
        size -= 17 + (size_t)total;
    }
    return 0;
}

static int read_quants(State *s, const uint8_t *p, size_t size) {
    while (size) {
        size_t wide = p[0] >> 4, number = p[0] & 15, length = 1 + 64 * (1 + wide);
        if (wide > 1 || number > 3 || size < length)
            return NO;
        for (size_t i = 0; i < 64; i++)
            s->quant[number][ZIGZAG[i]] =
                (uint16_t)(wide ? p[1 + 2 * i] << 8 | p[2 + 2 * i] : p[1 + i]);
        s->quants |= 1 << number;
        p += length;
        size -= length;
    }
    return 0;
}

static int read_frame(State *s, const uint8_t *p, size_t size) {
    if (s->parts || size < 6 || p[0] != 8 || (p[5] != 1 && p[5] != 3) || size != 6 + 3u * p[5])
        return NO;
    int height = p[1] << 8 | p[2], width = p[3] << 8 | p[4];
    if (s->width != width / 8 || s->height != height / 8)
        return NO;
    s->parts = p[5];
    for (int i = 0; i < s->parts; i++) {
        const uint8_t *q = p + 6 + 3 * i;
        s->part[i] = (Part){.id = q[0], .h = q[1] >> 4, .v = q[1] & 15, .quant_number = q[2]};
        if (q[2] > 3 || (i && q[1] != 0x11))
            return NO;
    }
    s->is_rgb |= s->parts == 3 && s->part[0].id == 'R';
    s->h = s->parts == 1 ? 1 : s->part[0].h; /* a part alone comes block by block */
    s->v = s->parts == 1 ? 1 : s->part[0].v;
    if (s->h < 1 || s->h > 2 || s->v < 1 || s->v > 2)
        return NO;
    s->halved = s->h == 2 && s->v == 2;
    s->across = (width + 8 * s->h - 1) / (8 * s->h);
    s->down = (height + 8 * s->v - 1) / (8 * s->v);
    return 0;
}

static int read_scan(State *s, const uint8_t *p, size_t size) {
    if (!s->parts || size != 4 + 2u * (size_t)s->parts || p[0] != s->parts || s->is_rgb)
        return NO;
    for (int i = 0; i < s->parts; i++, p += 2) {
        Part *part = &s->part[i];
        if (p[1] != part->id || p[2] & 0xEE || !(s->quants >> part->quant_number & 1))
            return NO;
        part->dc = &s->dc[p[2] >> 4];
        part->ac = &s->ac[p[2] & 1];
        part->quant = s->quant[part->quant_number];
        if (!part->dc->defined || !part->ac->defined)
            return NO;
        if (!part->dc->has_one)
            make_one(part->dc, 1);
        if (i && s->halved && !part->ac->has_one)
            make_one(part->ac, 0);
        if (!(i && s->halved) && !part->ac->has_steps)
            make_steps(part->ac);
    }
    return p[1] == 0 && p[2] == 63 && p[3] == 0 ? 0 : NO;
}

/* One segment by its marker; NO for one that is not known to be harmless. */
static int read_segment(State *s, int marker, const uint8_t *p, size_t size) {
    switch (marker) {
    case 0xC0: /* baseline, and extended with 8 bits, which is the same */
    case 0xC1:
        return read_frame(s, p, size);
    case 0xC4:
        return read_huffman(s, p, size);
    case 0xDA:
        return read_scan(s, p, size);
    case 0xDB:
        return read_quants(s, p, size);
    case 0xDD:
        s->interval = size == 2 ? p[0] << 8 | p[1] : 0;
        return size == 2 ? 0 : NO;
    case 0xEE: /* Adobe's: 1 is Y'CbCr */
        s->is_rgb |= size >= 12 && !memcmp(p, "Adobe", 5) && p[11] != 1;
        return 0;
    default:
        return marker == 0xFE || (marker >= 0xE0 && marker <= 0xEF) ? 0 : NO;
    }
}

/* What Python calls */

size_t tintype_eighth_state(void) { return sizeof(State); }

/* Begin with a file, up to its pixels, whose eighth is width × height, rounded down; 0, or NO. The state is zeros
   before; the file stays where it is as long as the state is used. */
int tintype_eighth_open(State *s, const uint8_t *file, size_t size, int width, int height) {
    if (size < 4 || file[0] != 0xFF || file[1] != 0xD8 || width < 1 || width > MOST_WIDTH ||
        height < 1 || height > MOST_WIDTH)
        return NO;
    s->width = width;
    s->height = height;
    for (size_t at = 2; size - at >= 4;) {
        int marker = file[at + 1];
        size_t length = (size_t)(file[at + 2] << 8 | file[at + 3]);
        if (file[at] != 0xFF || length < 2 || length > size - at - 2)
            return NO;
        if (read_segment(s, marker, file + at + 4, length - 2))
            return NO;
        at += 2 + length;
        if (marker == 0xDA) {
            s->left = s->interval;
            s->in = (Reader){file + at, file + size, 0, 0, 0};
            return 0;
        }
    }
    return NO;
}

/* Go on by some rows of units (8 or 16 pixels of the file): MORE, DONE or NO. `out` has the whole
   result, rows of `bands` bytes a pixel. */
int tintype_eighth_rows(State *s, uint8_t *out, size_t size, int bands, int rows) {
    if (!s->in.next || bands != s->parts ||
        size != (size_t)s->width * (size_t)s->height * (size_t)bands)
        return NO;
    for (; rows > 0 && s->row < s->down; rows--, s->row++) {
        if (read_units(s))
            return NO;
        for (int i = 0; i < s->v; i++) {
            int y = s->row * s->v + i;
            if (y < s->height)
                write_row(s, i, out + (size_t)y * (size_t)s->width * (size_t)bands);
        }
    }
    if (s->row < s->down)
        return MORE;
    return ends_with(&s->in, 0xD9) ? DONE : NO;
}

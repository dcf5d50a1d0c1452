"""Real files for the tests, made on the fly: pictures, broken pictures and bombs."""

import io
import struct
import zlib

import pyvips
from PIL import Image as Pillow
from PIL import ImageCms, ImageDraw

from tintype.blob import Blob

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 40), (30, 60, 210), (240, 220, 30)


def quadrants(width: int = 120, height: int = 80, mode: str = "RGB") -> Pillow.Image:
    """Red, green / blue, yellow: which way up it is can be seen from its corners."""
    image = Pillow.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for i, colour in enumerate((RED, GREEN, BLUE, YELLOW)):
        x, y = (i % 2) * width // 2, (i // 2) * height // 2
        draw.rectangle((x, y, x + width // 2, y + height // 2), fill=colour)
    return image.convert(mode)


def saved(image: Pillow.Image, kind: str, **options: object) -> Blob:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return Blob.from_bytes(buffer.getvalue())


def heic(image: Pillow.Image, **options: object) -> Blob:
    """As a phone writes it. Imported here: the product does it as late."""
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, **{"quality": 90, **options})
    return Blob.from_bytes(buffer.getvalue())


def scene(width: int = 1600, height: int = 1067) -> pyvips.Image:
    """Smooth shapes with fine texture: something like a photograph, the same every time."""
    noise = pyvips.Image.gaussnoise(width, height, sigma=12, mean=0, seed=1).gaussblur(0.8)
    ripples = pyvips.Image.sines(width, height, hfreq=9, vfreq=4) * 60
    ramp = pyvips.Image.xyz(width, height)
    bands = [
        ramp.extract_band(0) * (180 / width) + ripples * 0.4 + noise + 40,
        ramp.extract_band(1) * (180 / height) + ripples * 0.7 + noise + 30,
        ripples + noise + 120,
    ]
    joined = bands[0].bandjoin(bands[1:])
    return joined.cast("uchar").copy(interpretation="srgb").copy_memory()


def jpeg(image: pyvips.Image, **options: object) -> Blob:
    return Blob.from_bytes(image.jpegsave_buffer(**{"Q": 92, **options}))


def opened(blob: Blob) -> Pillow.Image:
    image = Pillow.open(io.BytesIO(blob.read()))
    image.load()
    return image


def pixels(blob: Blob) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(blob.read(), "").copy_memory()


def animation(kind: str, frames: int = 4, size: tuple[int, int] = (60, 40)) -> Blob:
    """Frames of one colour each, red growing and blue shrinking, 100, 200, … ms, played 3 times."""
    images = [
        Pillow.new("RGB", size, (40 + i * 180 // frames, 90, 240 - i * 200 // frames))
        for i in range(frames)
    ]
    for image in images:
        image.paste((255, 255, 255), (0, 0, size[0] // 2, size[1] // 2))
    options = {"lossless": True} if kind == "WEBP" else {"disposal": 1}
    times = [100 * (i + 1) for i in range(frames)]
    return saved(
        images[0], kind, save_all=True, append_images=images[1:], duration=times, loop=2, **options
    )


def difference(one: pyvips.Image, other: pyvips.Image) -> float:
    """The mean distance of two pictures of one size, in levels of 0 to 255."""
    assert (one.width, one.height, one.bands) == (other.width, other.height, other.bands)
    return float((one.cast("float") - other.cast("float")).abs().avg())


# Bombs: a few bytes that say they are many pixels.


def png(width: int, height: int, *, interlaced: bool = False, colour_type: int = 2) -> Blob:
    """A PNG of nothing but zeros; the data are there in full, compressed, when not interlaced."""
    bands = {0: 1, 2: 3, 6: 4}[colour_type]
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, int(interlaced))
    data = zeros(0 if interlaced else height * (1 + width * bands))
    return Blob.from_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def zeros(count: int) -> bytes:
    """So many zeros as zlib packs them, put together from packed blocks of a mebibyte, which are
    all the same: thousands of millions cost no time.
    """
    blocks, rest = divmod(count, 1 << 20)
    packed = deflated(1 << 20) * blocks + deflated(rest)
    checksum = count % 65_521 << 16 | 1  # Adler-32 of zeros, RFC 1950
    return b"\x78\xda" + packed + b"\x03\0" + struct.pack(">I", checksum)


def deflated(count: int) -> bytes:
    """A piece of a stream of deflate that needs nothing before it, and ends with a whole byte."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(bytes(count)) + packer.flush(zlib.Z_FULL_FLUSH)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header_only(width: int, height: int, *, interlaced: bool = False) -> Blob:
    """The first bytes of a PNG: enough for whoever judges by the header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, int(interlaced))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return Blob.from_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data)


def gif_of_frames(count: int, width: int = 8, height: int = 8) -> Blob:
    """A GIF whose frames are one pixel each."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\0\1\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
    frame += b"\x02\x02\x44\x01\x00"
    return Blob.from_bytes(head + frame * count + b"\x3b")


def progressive_jpeg_of_scans(count: int, side: int = 512) -> Blob:
    """A progressive JPEG that repeats its last scan: little to send, much to decode."""
    whole = saved(quadrants(side, side), "JPEG", progressive=True, quality=90).read()
    start = whole.rindex(b"\xff\xda")
    table = whole.rindex(b"\xff\xc4", 0, start)
    scan = whole[table:-2]
    return Blob.from_bytes(whole[:-2] + scan * count + b"\xff\xd9")


def avif_bomb(side: int = 16_384) -> Blob:
    """A flat AVIF whose size fields, where a header is judged, say `side` × `side`."""
    small = bytearray(saved(Pillow.new("RGB", (64, 64)), "AVIF").read())
    at = small.index(b"ispe") + 8
    small[at : at + 8] = struct.pack(">II", side, side)
    return Blob.from_bytes(bytes(small))


def many_pages(count: int) -> Blob:
    """A TIFF of small grey pages, no two neighbours alike."""
    pages = (pyvips.Image.xyz(4, 4 * count)[1] // 4 % 256).cast("uchar").copy()
    pages.set_type(pyvips.GValue.gint_type, "page-height", 4)
    return Blob.from_bytes(pages.tiffsave_buffer())


# Colour.


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def p3_profile() -> bytes:
    """Display P3, as libvips carries it."""
    image = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(image.icc_transform("p3", input_profile="srgb").get("icc-profile-data"))

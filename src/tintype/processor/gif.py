"""GIF: is the file whole? libvips leaves out a last frame that breaks off, without an error."""

from typing import BinaryIO

_EXTENSION, _IMAGE = 0x21, 0x2C  # block labels of GIF89a, appendix A


def breaks_off(file: BinaryIO) -> bool:
    """Whether the file ends inside a block. Without a trailer, or with more behind it, it is whole.

    Skips from block to block; decodes nothing.
    """
    head = file.read(13)
    if len(head) < 13:
        return True
    file.seek(_colour_table(head[10]), 1)
    while label := file.read(1):
        if label[0] == _IMAGE:
            descriptor = file.read(9)
            if len(descriptor) < 9:
                return True
            file.seek(_colour_table(descriptor[8]) + 1, 1)
        elif label[0] == _EXTENSION:
            file.seek(1, 1)
        else:
            return False  # the trailer, or what every reader takes for the end
        if not _skip_data(file):
            return True
    return False


def _colour_table(flags: int) -> int:
    """The length of the colour table that a descriptor's flags announce, in bytes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_data(file: BinaryIO) -> bool:
    """Skip sub-blocks up to the empty one that ends them; False when the file ends before."""
    while length := file.read(1):
        if not length[0]:
            return True
        file.seek(length[0], 1)
    return False

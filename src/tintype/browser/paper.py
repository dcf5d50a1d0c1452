"""PDF: the picture of a document's first page, which Chromium without a window does not show.

PDFium is what Chromium itself draws them with. It gets hostile bytes, so it runs in a process of
its own, in bounded memory and time: `python -m tintype.browser.paper WIDTH < document`.
"""

import asyncio
import resource
import sys
from contextlib import suppress

from tintype.blob import Blob
from tintype.errors import PageNotCaptured

SECONDS = 20
MOST_MEMORY = 1 << 30  # bytes of address space
LONGEST_SIDE = 16_384  # pixels


async def first_page(document: Blob, width: int, shown: str) -> Blob:
    """The first page as PNG, `width` pixels wide. `shown` is its address in messages.

    Raises PageNotCaptured for what PDFium cannot draw in bounded memory and time.
    """
    command = (sys.executable, "-P", "-m", "tintype.browser.paper", str(width))
    pipe = asyncio.subprocess.PIPE
    content = await asyncio.to_thread(document.read)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS):
            picture, _ = await process.communicate(content)
    except TimeoutError:
        picture = b""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not picture.startswith(b"\x89PNG"):
        raise PageNotCaptured(f"{shown} is a PDF that cannot be shown.", reason="pdf")
    return Blob.from_bytes(picture)


def draw(content: bytes, width: int) -> None:
    """Draw the first page of a document onto standard output."""
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[0]
    across, down = page.get_size()
    scale = min(width / across, LONGEST_SIDE / down)
    page.render(scale=scale).to_pil().save(sys.stdout.buffer, "PNG", compress_level=1)


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bounded()
    draw(sys.stdin.buffer.read(), int(sys.argv[1]))

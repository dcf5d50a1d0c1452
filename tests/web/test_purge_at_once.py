"""A purge right after a picture was answered, while it is still being written."""

from pathlib import Path

import httpx2
import pyvips

from servers import service

KEY = {"authorization": f"Bearer {service.ADMIN}"}


def picture(blue: int) -> bytes:
    black = pyvips.Image.black(800, 600)
    image = black.linear([1, 1, 1], [10, 120, blue]).cast("uchar")
    return image.copy(interpretation="srgb").jpegsave_buffer()


def test_after_a_purge_nobody_gets_what_was_before(tmp_path: Path) -> None:
    with service.running(tmp_path) as running:
        running.store.mkdir(parents=True, exist_ok=True)
        original = running.store / "a.jpg"
        for number in range(10):
            original.write_bytes(picture(20 * number))
            before = httpx2.get(f"{running.url}/unsafe/200x0/a.jpg").content
            original.write_bytes(picture(20 * number + 9))
            purged = httpx2.post(f"{running.url}/purge", json={"all": True}, headers=KEY).json()
            assert purged == {"purged": 1}
            assert httpx2.get(f"{running.url}/unsafe/200x0/a.jpg").content != before
            httpx2.post(f"{running.url}/purge", json={"all": True}, headers=KEY)

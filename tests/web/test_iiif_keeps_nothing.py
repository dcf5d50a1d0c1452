"""Anybody may ask for any window of a public picture by IIIF, so nothing of that is written."""

from pathlib import Path

import httpx2

from servers import service


def kept(running: service.Service) -> list[Path]:
    return [p for p in (running.data / "renditions" / "renditions").rglob("*") if p.is_file()]


def test_windows_that_nobody_signed_are_not_kept(tmp_path: Path) -> None:
    with service.running(tmp_path) as running:
        for window in ("0,0,200,200", "10,0,200,200"):
            url = f"{running.url}/iiif/3/sample:hills.jpg/{window}/100,/0/default.jpg"
            assert httpx2.get(url).status_code == 200
        assert httpx2.get(f"{running.url}/unsafe/90x0/sample:hills.jpg").status_code == 200
    assert len(kept(running)) == 1  # the signed grammar's; all is written when it has ended

"""tintype flickr gallery, and backup --gallery"""

import json
from pathlib import Path

import pytest

from cli.demo_kit import Person, person
from servers.demo import Demo
from tintype.flickr.demo.account import Account


@pytest.fixture
def someone(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Person:
    someone = person(demo, tmp_path / "here", monkeypatch, capsys)
    someone.sign_in("flickr")
    demo.state.account = Account(8)
    return someone


def test_a_backup_makes_its_gallery_and_it_is_made_anew(someone: Person) -> None:
    code, out, err = someone.run("flickr", "backup", "--to", "fl", "--gallery")
    assert code == 0, err
    assert out.endswith("fl/index.html\n")
    assert "8 photos and videos, 3 albums; 8 previews made" in err
    assert (someone.folder / "fl" / "index.html").exists()
    code, out, err = someone.run("flickr", "gallery", "fl", "--public", "--json")
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["photos"], facts["left_out"], facts["removed"]) == (7, 1, 1)
    (someone.folder / "fl" / "photos" / "2016").rename(someone.folder / "gone")
    code, out, err = someone.run("flickr", "gallery", "fl", "--all")
    assert code == 4
    assert "53000000004" in err
    code, out, err = someone.run("flickr", "gallery", "nothing")
    assert (code, out) == (2, "")
    assert "There is no backup" in err

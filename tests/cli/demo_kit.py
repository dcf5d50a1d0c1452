"""The command line in this process, against the demo: a person's folder, and no other programs'."""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.running import clean_environment
from servers.demo import CONSUMER, Demo
from tintype.app_providers import open_kept
from tintype.cli import _run
from tintype.oauth1 import Token
from tintype.providers.kept import Connection


@dataclass
class Person:
    """Somebody in a folder of their own."""

    demo: Demo
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str, stdin: str | Callable[[], str] = "") -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        self.monkeypatch.setattr(sys, "stdin", Typing(stdin))
        self.capture.readouterr()
        code = _run(list(arguments))
        out, err = self.capture.readouterr()
        return code, out, err

    def sign_in(self, provider: str) -> Token:
        """As if by login."""
        token = self.demo.token()
        kept = open_kept(self.demo.all_settings(self.folder / "data"))
        kept.keep(Connection(provider=provider, consumer=CONSUMER, token=token))
        return token


class Typing(io.StringIO):
    """What somebody types, when it is asked for."""

    def __init__(self, text: str | Callable[[], str]) -> None:
        self._text = text
        super().__init__()

    def readline(self, size: int | None = -1, /) -> str:
        return self._text() if callable(self._text) else self._text


def person(
    demo: Demo, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> Person:
    """Somebody whose settings are the demo's."""
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    environment = {**clean_environment(), **demo.environment, "HOME": str(folder)}
    environment["TINTYPE_DATA"] = str(folder / "data")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Person(demo, folder, monkeypatch, capture)


def page_in(text: str) -> str:
    """The address of the provider's page in what was printed."""
    found = re.search(r"http\S+", text)
    assert found, text
    return found[0]

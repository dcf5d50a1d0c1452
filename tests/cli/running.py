"""How the tests of the command line run it, and what they expect of an error."""

import os
import subprocess
from collections.abc import Callable

Run = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(**extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TINTYPE_", "AWS_"))}
    return kept | {"PYTHONWARNINGS": "error"} | extra


def assert_one_line(finished: subprocess.CompletedProcess[str], exit_code: int, words: str) -> None:
    """An error is one line on standard error, with the words, and no traceback."""
    assert finished.returncode == exit_code, finished.stderr
    assert finished.stderr.startswith("tintype: "), finished.stderr
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert words in finished.stderr, finished.stderr

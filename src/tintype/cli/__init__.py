"""The command line: parse, call, translate. One file a command, imported when it is run."""

import gc
import os
import signal
import sys
import time
from typing import NoReturn

EXIT_PARTLY = 4  # a batch of which some failed
EXIT_INTERRUPTED = 130
# Objects made before those that nobody holds are looked for. Modules make many, and keep them: with
# Python's 700 that is an eighth of the time in which the service starts.
COLLECTED_AFTER = 5_000
PATIENCE = 2.0  # seconds in which a second Ctrl-C is taken for the first


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 failed, 2 usage or settings, 3 something is missing,
    4 partly done, 130 interrupted. Errors are one line on standard error.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["--version"], ["-V"]):
        from tintype import __version__

        print(f"tintype {__version__}")
        sys.exit(0)
    gc.set_threshold(COLLECTED_AFTER)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _Interruption())
    try:
        exit_code = _run(arguments)
    except KeyboardInterrupt:
        exit_code = _complain("Stopped.", EXIT_INTERRUPTED)
    sys.exit(exit_code)


class _Interruption:
    """Ctrl-C, or a polite end, stops the work, which then tidies up.

    Programs such as timeout send the signal twice; the second must not cut the tidying short. A
    person who presses the keys again later does get out.
    """

    def __init__(self) -> None:
        self._first: float | None = None

    @property
    def came(self) -> bool:
        """Whether there was one. What is raised in a callback, as while modules are imported, gets
        lost; who takes the signals over asks for it.
        """
        return self._first is not None

    def __call__(self, number: int, frame: object) -> None:  # noqa: ARG002 - a signal handler
        if self._first is None:
            self._first = time.monotonic()
        elif time.monotonic() - self._first < PATIENCE:
            return
        raise KeyboardInterrupt


def _run(arguments: list[str]) -> int:
    import logging

    import click

    from tintype.cli.commands import tintype
    from tintype.errors import TintypeError

    logging.basicConfig(level=logging.WARNING, format="tintype: %(message)s")
    try:
        with tintype.make_context("tintype", arguments) as context:
            result = tintype.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # --help
        return end.exit_code
    except click.Abort:  # no, Ctrl-C, or nobody there, where something was asked
        print(file=sys.stderr)
        return _complain("Stopped.", EXIT_INTERRUPTED)
    except TintypeError as error:
        return _complain(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return 2
    except click.ClickException as error:
        return _complain(_usage_sentence(error), error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return result if isinstance(result, int) else 0


def _complain(sentence: str, exit_code: int) -> int:
    print(f"tintype: {' '.join(sentence.split())}", file=sys.stderr)
    return exit_code


def _usage_sentence(error: "click.ClickException") -> str:  # type: ignore[name-defined]  # noqa: F821
    context = getattr(error, "ctx", None)
    hint = f" Try: {context.command_path} --help" if context else ""
    return f"{error.format_message()}{hint}"

"""The command line: parse, call, translate. One file a command, imported when it is run."""

import os
import signal
import sys
from typing import NoReturn

EXIT_PARTLY = 4  # a batch of which some failed
EXIT_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 failed, 2 usage or settings, 3 something is missing,
    4 partly done, 130 interrupted. Errors are one line on standard error.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["--version"], ["-V"]):
        from tintype import __version__

        print(f"tintype {__version__}")
        sys.exit(0)
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    import click

    from tintype.cli.commands import tintype
    from tintype.errors import TintypeError

    try:
        with tintype.make_context("tintype", arguments) as context:
            result = tintype.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:  # --help
        return end.exit_code
    except TintypeError as error:
        return _complain(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return 2
    except click.ClickException as error:
        return _complain(_usage_sentence(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _complain("Stopped.", EXIT_INTERRUPTED)
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


def _interrupt(number: int, frame: object) -> NoReturn:  # noqa: ARG001
    """A polite end is as good as Ctrl-C: what is under way is aborted on the server too."""
    raise KeyboardInterrupt

#!/usr/bin/env python3
"""Set Tintype up in this folder, once, and run it.

    python3 run.py                  the service: prints its address, and URLs to try
    python3 run.py --port 9000      the same with options of `serve`
    python3 run.py test [args]      all checks and tests; arguments go to pytest
    python3 run.py <command> ...    any command of tintype, for example: python3 run.py doctor

Needs Python 3.11 and pip or uv, and nothing else: this file uses the standard library only, and a
Python too old for Tintype can still read it and say so. What it installs is locked by hash and lies
in `.venv`, where a stamp tells the next run that nothing is left to do.
"""

import hashlib
import os
import shlex
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen, run

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
SOURCE = "requirements-source.lock"
NATIVE = Path("src", "tintype", "processor", "native")  # a decoder in C
STARTED = "started"
CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
# All tests at once are spread over the cores; the servers of a file's tests stay in one process.
# tests/conftest.py says in which order, and it is kept.
ALL_TESTS = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]

UNREACHED = (
    "The package index was not reached. Check the network, or name a proxy in HTTPS_PROXY or"
    " another index in PIP_INDEX_URL, and run this again."
)
DISTRUSTED = (
    "A certificate was not accepted. Behind a proxy that has its own, name its file in PIP_CERT and"
    " SSL_CERT_FILE."
)
CHANGED = (
    "A package is not the one that was locked. Run this again with PIP_NO_CACHE_DIR=1; if it"
    " happens again, do not install it: the package index gives out something else."
)
UNBUILT = (
    "There is no ready-made package for this system (Python {python} on {system}). Try another"
    " version of Python, from 3.11."
)
# What pip or uv says, and what a person does about it. The first that is found is shown.
REMEDIES = (
    ("No space left on device", "The disk is full: free some 500 MB and run this again."),
    ("CERTIFICATE_VERIFY_FAILED", DISTRUSTED),
    ("invalid peer certificate", DISTRUSTED),
    ("DO NOT MATCH THE HASHES", CHANGED),
    ("Hash mismatch", CHANGED),
    ("connection", UNREACHED),
    ("Failed to fetch", UNREACHED),
    ("No matching distribution", UNBUILT),
    ("has no usable wheels", UNBUILT),
)


class SetUpError(Exception):
    """What went wrong, and what a person can do about it."""


class Environment:
    """The virtual environment of one checkout: whether it is ready, and how it becomes so."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "tintype-stamp"

    def fingerprint(self) -> str:
        """What the environment depends on: the locks, Python, the place, and what is compiled."""
        facts = hashlib.sha256(repr((sys.version_info[:2], str(self.root))).encode())
        files = [self.root / name for name in (RUNTIME, DEVELOPMENT, SOURCE, "run.py")]
        for path in (*files, *sorted((self.root / NATIVE).glob("*.[ch]"))):
            facts.update(path.read_bytes())
        return facts.hexdigest()

    def is_ready(self, lock: str) -> bool:
        """True if an earlier run finished; the development lock holds all of the other."""
        return (
            self.read_stamp() in {f"{self.fingerprint()} {name}" for name in (lock, DEVELOPMENT)}
            and self.python.exists()
        )

    def read_stamp(self) -> str:
        """The stamp, or nothing where no run of ours began."""
        return self.stamp.read_text("utf-8") if self.stamp.is_file() else ""

    def write_stamp(self, text: str) -> None:
        """All or nothing, as another run may read it now."""
        draft = self.stamp.with_suffix(".new")
        draft.write_text(text, "utf-8")
        draft.replace(self.stamp)

    def is_usable(self) -> bool:
        """True for an environment that can be installed into, be it ours or the person's own.

        One that a run of ours left half made is not: a package may lie in it in part. A person's
        own that works with another Python is neither used nor removed.
        """
        if self.read_stamp() == STARTED or not self.python.exists():
            return False
        version = "import sys; assert sys.prefix != sys.base_prefix; print(sys.version_info[:2])"
        code, theirs = attempt([str(self.python), "-c", version])
        ours = str(sys.version_info[:2])
        if code == 0 and theirs.strip() != ours and not self.read_stamp():
            raise SetUpError(
                f"{self.folder} is of another Python, {theirs.strip()} and not {ours}, and was not"
                " made by this script. Use it with .venv/bin/python run.py, or remove it."
            )
        return code == 0 and theirs.strip() == ours

    def prepare(self, lock: str) -> None:
        """Make the environment ready unless it is. Several runs at once take turns."""
        if self.is_ready(lock):
            return
        with taking_turns(self.root / ".venv.lock") as turn:
            if not self.is_ready(lock):
                self.set_up(lock, turn)

    def set_up(self, lock: str, turn: int) -> None:
        """Install the lock into a usable environment, made anew if there is none."""
        size = 300 if lock == DEVELOPMENT else 100
        say(f"Setting up in {self.folder} (once; {size} MB, up to a minute)…")
        if not self.is_usable():
            self.make(turn)
        self.write_stamp(STARTED)
        self.install(lock, turn)
        self.link()
        self.compile(turn)
        self.write_stamp(f"{self.fingerprint()} {lock}")

    def make(self, turn: int) -> None:
        """An empty environment in the first way that works on this machine."""
        said = ""
        for command in ways_to_make(self.folder):
            folder = self.folder.resolve()  # it may be a link to another disk
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            self.write_stamp(STARTED)  # stopped from here on, it is made anew
            code, said = attempt(command, turn)
            if code == 0 and self.python.exists():
                return
        raise SetUpError(f"Python could make no virtual environment:\n{last_lines(said)}")

    def install(self, lock: str, turn: int) -> None:
        """Install every package of the locks and nothing else, each checked by its hash.

        What comes as source only (pyvips) is built with the locked setuptools, alone: it finds no
        libvips of the system that way, which may be too old to be safe, and uses the one beside it.
        """
        installer = [*self.installer(), "--no-deps", "--require-hashes", "-r"]
        ready_made = [*installer, str(self.root / lock), "--only-binary", ":all:"]
        built = [*installer, str(self.root / SOURCE), "--no-build-isolation", "--no-cache-dir"]
        for command in (ready_made, built):
            code, said = attempt(command, turn)
            if code != 0:
                raise SetUpError(f"The packages could not be installed.\n{remedy_for(said)}")

    def installer(self) -> "list[str]":
        """The first installer that this machine has: the environment's pip, ours, or uv."""
        pip = ["-m", "pip"]
        quietly = ["install", "--quiet", "--no-input", "--progress-bar", "off"]
        for command in (
            [str(self.python), *pip],
            [sys.executable, *pip, "--python", str(self.python)],
        ):
            if attempt([*command, "--version"])[0] == 0:
                return [*command, *quietly]
        if shutil.which("uv"):
            return ["uv", "pip", "install", "--quiet", "--python", str(self.python)]
        raise SetUpError(
            "There is neither pip nor uv. On Debian or Ubuntu: apt install python3-pip."
            " Elsewhere: https://docs.astral.sh/uv/. Then run this again."
        )

    def link(self) -> None:
        """Let the environment see this checkout: nothing to build, and an edit counts at once."""
        (packages,) = self.folder.glob("lib/python3.*/site-packages")
        (packages / "tintype-checkout.pth").write_text(f"{self.root / 'src'}\n", "utf-8")
        command = self.folder / "bin" / "tintype"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(self.python))} -P -m tintype "$@"\n')
        command.chmod(0o755)

    def compile(self, turn: int) -> None:
        """Our modules to bytecode, as the installer does with packages: many machines are set not
        to keep it, and would compile them at every start. Then what is in C, where there is a
        compiler. Both make Tintype faster, and no more: what went wrong `tintype doctor` tells.
        """
        bytecode = ["-m", "compileall", "-q", "-j", "0", str(self.root / "src")]
        attempt([str(self.python), "-P", *bytecode], turn)
        script = self.root / NATIVE / "build.py"
        if script.is_file():
            compiler = shlex.split(os.environ.get("CC", ""))
            attempt([str(self.python), "-P", str(script), *compiler], turn)


def ways_to_make(folder: Path) -> "list[list[str]]":
    """Commands that make a virtual environment; Debian has no ensurepip, others no venv."""
    # Started from another environment, the new one must not hang on it.
    python = getattr(sys, "_base_executable", sys.executable)
    ways = [
        [python, "-m", "venv", str(folder)],
        [python, "-m", "venv", "--without-pip", str(folder)],
    ]
    if shutil.which("uv"):
        ways.append(["uv", "venv", "--quiet", "--allow-existing", "--python", python, str(folder)])
    return ways


def attempt(command: "list[str]", turn: int = -1) -> "tuple[int, str]":
    """Run a command; its exit code, and what it said.

    It inherits our turn: should we be killed, the next run waits until the command has ended, too.
    """
    settings = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = run(
        command,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **settings},
        pass_fds=[turn] if turn >= 0 else [],
    )
    return done.returncode, done.stdout


@contextmanager
def taking_turns(path: Path):  # type: ignore[no-untyped-def] # the type has no name in old Pythons
    """Hold a lock file; the system lets go of it however we end."""
    import fcntl  # not on Windows, which is told so before

    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is setting this folder up; waiting for it…")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def remedy_for(said: str) -> str:
    """What an installer said, as a sentence that helps; its own last words if we have none."""
    for words, remedy in REMEDIES:
        if words.lower() in said.lower():
            python = ".".join(map(str, sys.version_info[:2]))
            remedy = remedy.format(python=python, system=f"{sys.platform} {os.uname().machine}")
            return f"{remedy}\n{last_lines(said, 2)}"
    return last_lines(said)


def last_lines(text: str, count: int = 8) -> str:
    """The end of an output, where the reason stands."""
    return "\n".join(text.strip().splitlines()[-count:])


def say(text: str) -> None:
    """Tell the person; standard output is the command's own."""
    print(text, file=sys.stderr, flush=True)


def check_machine() -> None:
    """Refuse what Tintype cannot run on, with a sentence."""
    if sys.version_info < OLDEST:
        newer = [f"python3.{minor}" for minor in range(20, 10, -1)]
        found = [name for name in newer if shutil.which(name)]
        advice = f"Try: {found[0]} run.py" if found else "Install it and run this again."
        here = ".".join(map(str, sys.version_info[:3]))
        raise SetUpError(f"Tintype needs Python 3.11 or newer; this is {here}. {advice}")
    if os.name != "posix":
        raise SetUpError("Tintype runs on Linux and macOS. On Windows, use WSL.")


def test(python: Path, arguments: "list[str]") -> int:
    """The checks, then the tests, so that pytest's closing line is the last; 0 if all passed."""
    ahead = collecting(python) if not arguments else None
    failed = 0
    for check in CHECKS:
        say("→ " + " ".join(check))
        failed |= run([python, "-P", "-m", *check], cwd=ROOT).returncode
    if failed:
        say("A check failed (see above). The tests run all the same.")
    if ahead:
        ahead.wait()
    say("→ pytest")
    command = [str(python), "-P", "-m", "pytest", *(arguments or ALL_TESTS)]
    code = run(command, cwd=ROOT, env=keeping_bytecode()).returncode
    return 128 - code if code < 0 else code or failed  # below 0: ended by a signal


def collecting(python: Path) -> "Popen[bytes] | None":
    """Have the tests compiled while the checks use one core: else each process of pytest compiles
    all of them. Nothing, if an earlier run has done so.
    """
    if (ROOT / "tests" / "__pycache__").is_dir():
        return None
    command = [str(python), "-P", "-m", "pytest", "--collect-only"]
    return Popen(command, cwd=ROOT, env=keeping_bytecode(), stdout=DEVNULL, stderr=DEVNULL)


def keeping_bytecode() -> "dict[str, str]":
    """The environment of the tests: they start Python a thousand times, so what it has compiled is
    kept, whatever is usual on this machine.
    """
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def with_command(arguments: "list[str]") -> "list[str]":
    """Without a command it is `serve`, which may have options; `--version` and `--help` are none of
    its options.
    """
    general = {"--version", "-V", "--help", "-h"}
    is_serve = not arguments or (arguments[0].startswith("--") and arguments[0] not in general)
    return ["serve", *arguments] if is_serve else arguments


def main(arguments: "list[str]") -> int:
    """Set up if need be, then do what was asked. Does not return from a command of tintype."""
    check_machine()
    environment = Environment(ROOT)
    if arguments[:1] == ["test"]:
        environment.prepare(DEVELOPMENT)
        return test(environment.python, arguments[1:])
    environment.prepare(RUNTIME)
    command = [str(environment.python), "-P", "-m", "tintype", *with_command(arguments)]
    # Signals, exit code and terminal are its own from here on.
    return os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetUpError as error:
        say(str(error))
        sys.exit(1)
    except OSError as error:
        say(f"This folder could not be set up: {error}.")
        sys.exit(1)
    except KeyboardInterrupt:
        say("Stopped. Run it again to go on.")
        sys.exit(130)

"""run.py: sets up once, notices what is broken, passes arguments on, speaks to people.

The set-ups here are real, of a project as small as can be whose packages lie in a folder.
"""

import ast
import base64
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent
PYTHON = getattr(sys, "_base_executable", sys.executable)
ECHO = "import os, sys\nprint(NAME, sys.argv[1:], os.getcwd(), flush=True)\nsys.exit({code})\n"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_script", ROOT / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load()


def write_wheel(folder: Path, name: str) -> str:
    """A package of one empty module, as a wheel; its line in a lock."""
    facts = f"{name}-1.0.dist-info"
    entries = {
        f"{name}.py": "",
        f"{facts}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{facts}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{facts}/RECORD"
    lines = []
    for path, text in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        lines.append(f"{path},sha256={digest.decode()},{len(text)}")
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (entries | {record: "\n".join([*lines, f"{record},,", ""])}).items():
            archive.writestr(path, text)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


class Checkout:
    """A checkout of a small project with our run.py."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"  # people have blanks in names
        self.wheels = folder / "wheels"
        self.src = self.folder / "src"
        self.src.mkdir(parents=True)
        self.wheels.mkdir()
        shutil.copy(ROOT / "run.py", self.folder)
        lines = [write_wheel(self.wheels, name) for name in ("needed", "built", "checking")]
        (self.folder / "requirements.lock").write_text(lines[0])
        (self.folder / "requirements-source.lock").write_text(lines[1])
        (self.folder / "requirements-dev.lock").write_text(lines[0] + lines[2])
        for name in ("tintype", "ruff", "mypy", "pytest"):
            self.write_program(name)
        self.environment = script.Environment(self.folder)

    def write_program(self, name: str, code: int = 0) -> None:
        (self.src / f"{name}.py").write_text(f"NAME = {name!r}\n" + ECHO.format(code=code))

    def make_environment(self) -> None:
        """An environment that is empty, and not ours yet."""
        venv.create(self.environment.folder, symlinks=True, with_pip=False)

    def prepare(self, lock: str = "requirements.lock") -> None:
        """As a run would have left it, without the packages."""
        self.make_environment()
        self.environment.link()
        self.environment.write_stamp(f"{self.environment.fingerprint()} {lock}")

    def start(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        settings = {
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PIP_RETRIES": "0",
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": str(self.wheels),
            "UV_HTTP_RETRIES": "0",
            "HOME": str(self.folder),
        }
        return subprocess.Popen(
            [PYTHON, str(self.folder / "run.py"), *arguments],
            env={name: value for name, value in {**settings, **environ}.items() if value},
            cwd=self.wheels,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environ: str) -> SimpleNamespace:
        with self.start(*arguments, **environ) as process:
            out, err = process.communicate(timeout=100)
        return SimpleNamespace(out=out, err=err, code=process.returncode)

    def can_import(self, name: str) -> bool:
        command = [self.environment.python, "-P", "-c", f"import {name}"]
        return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_it_can_be_read_by_a_python_that_is_too_old_and_needs_nothing_but_python() -> None:
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
        assert names != ["__future__"], "Python 3.6 knows no annotations there"


def test_a_bare_folder_is_set_up_once_and_then_left_alone(checkout: Checkout) -> None:
    first = checkout.run("one", "two three")
    assert first.code == 0, first.err
    assert first.out == f"tintype ['one', 'two three'] {checkout.wheels}\n"
    assert first.err.startswith(f"Setting up in {checkout.folder}/.venv")
    assert checkout.can_import("needed")
    assert checkout.can_import("built")
    assert not checkout.can_import("checking")
    assert list(checkout.src.glob("__pycache__/tintype.*.pyc"))  # nothing imported it

    checkout.wheels.rename(checkout.wheels.with_name("gone"))
    checkout.wheels.mkdir()
    second = checkout.run("four")
    assert (second.code, second.err) == (0, "")

    command = checkout.environment.folder / "bin" / "tintype"
    done = subprocess.run([command, "a b"], capture_output=True, text=True, cwd="/", check=True)
    assert done.stdout == "tintype ['a b'] /\n"


def test_tests_install_more_and_their_lock_will_do_for_the_rest(checkout: Checkout) -> None:
    checkout.make_environment()
    tested = checkout.run("test", "-x")
    assert tested.code == 0, tested.err
    assert checkout.can_import("checking")
    assert tested.out.splitlines()[-1] == f"pytest ['-x'] {checkout.folder}"
    assert checkout.run("now").err == ""


def test_two_runs_at_once_set_up_once(checkout: Checkout) -> None:
    checkout.make_environment()
    with checkout.start("a") as one, checkout.start("b") as other:
        said = [process.communicate(timeout=100)[1] for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), said
    assert sum("Setting up" in text for text in said) == 1
    assert checkout.run("c").err == ""


def test_a_run_that_was_stopped_is_taken_up_by_the_next(checkout: Checkout) -> None:
    process = checkout.start()
    assert process.stderr
    assert process.stderr.readline().startswith("Setting up")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=100)
    assert not checkout.environment.is_ready(script.RUNTIME)
    done = checkout.run("again")
    assert done.out.startswith("tintype ['again']")
    assert checkout.can_import("needed")


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ((), ["serve"]),
        (("--port", "0"), ["serve", "--port", "0"]),
        (("demo",), ["demo"]),
        (("--version",), ["--version"]),
        (("--help",), ["--help"]),
        (("-",), ["-"]),
    ],
)
def test_arguments_go_to_tintype_and_its_exit_code_comes_back(
    checkout: Checkout, arguments: tuple[str, ...], passed: list[str]
) -> None:
    checkout.prepare()
    checkout.write_program("tintype", code=7)
    done = checkout.run(*arguments)
    assert (done.code, done.err) == (7, "")
    assert done.out == f"tintype {passed} {checkout.wheels}\n"


def test_all_checks_and_the_tests_run_though_one_fails(checkout: Checkout) -> None:
    checkout.prepare(script.DEVELOPMENT)
    checkout.write_program("ruff", code=1)
    done = checkout.run("test")
    assert done.code == 1
    assert [line.partition(" /")[0] for line in done.out.splitlines()] == [
        "ruff ['check', '.']",
        "ruff ['format', '--check', '.']",
        "mypy []",
        f"pytest {script.ALL_TESTS}",
    ]
    assert "A check failed" in done.err


def test_the_exit_code_of_the_tests_is_that_of_pytest(checkout: Checkout) -> None:
    checkout.prepare(script.DEVELOPMENT)
    checkout.write_program("pytest", code=5)
    assert checkout.run("test").code == 5


def test_the_tests_are_compiled_once_and_that_is_kept(checkout: Checkout) -> None:
    checkout.prepare(script.DEVELOPMENT)
    runs = checkout.folder / "runs"
    program = (
        f"import sys\nprint(sys.dont_write_bytecode, *sys.argv[1:], file=open({str(runs)!r}, 'a'))"
    )
    (checkout.src / "pytest.py").write_text(program)
    everything = f"False {' '.join(script.ALL_TESTS)}\n"
    assert checkout.run("test", PYTHONDONTWRITEBYTECODE="1").code == 0
    assert runs.read_text() == "False --collect-only\n" + everything
    runs.unlink()
    (checkout.folder / "tests" / "__pycache__").mkdir(parents=True)
    assert checkout.run("test", PYTHONDONTWRITEBYTECODE="1").code == 0
    assert runs.read_text() == everything
    assert checkout.run("test", "-x").code == 0
    assert runs.read_text() == everything + "False -x\n"


def test_this_checkout_runs_when_it_is_prepared(checkout: Checkout) -> None:
    shutil.rmtree(checkout.src)
    checkout.src.symlink_to(ROOT / "src")
    checkout.prepare()
    done = checkout.run("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tintype 0.")


def test_it_is_ready_for_what_was_installed_and_nothing_else(checkout: Checkout) -> None:
    environment = checkout.environment
    assert not environment.is_ready(script.RUNTIME)
    checkout.prepare()
    assert environment.is_ready(script.RUNTIME)
    assert not environment.is_ready(script.DEVELOPMENT)
    checkout.prepare(script.DEVELOPMENT)
    assert environment.is_ready(script.RUNTIME)
    assert environment.is_ready(script.DEVELOPMENT)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-source.lock", "run.py"])
def test_a_changed_lock_is_noticed(checkout: Checkout, lock: str) -> None:
    checkout.prepare()
    with (checkout.folder / lock).open("a") as file:
        file.write("# changed\n")
    assert not checkout.environment.is_ready(script.RUNTIME)


def test_a_checkout_that_was_moved_is_noticed(checkout: Checkout) -> None:
    checkout.prepare()
    moved = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert not script.Environment(moved).is_ready(script.RUNTIME)


def replace_python(environment: script.Environment, text: str) -> None:  # type: ignore[name-defined]
    environment.python.unlink()
    environment.python.write_text(text)
    environment.python.chmod(0o755)


def test_a_broken_environment_is_noticed(checkout: Checkout) -> None:
    environment = checkout.environment
    assert not environment.is_usable(), "there is none"
    checkout.prepare()
    assert environment.is_usable()
    environment.write_stamp(script.STARTED)
    assert not environment.is_usable(), "half made"
    checkout.prepare()
    replace_python(environment, "#!/bin/sh\nexit 1\n")
    assert not environment.is_usable(), "does not start"
    environment.python.unlink()
    environment.python.symlink_to("/python/is/gone")
    assert not environment.is_usable(), "its Python was removed"
    assert not environment.is_ready(script.RUNTIME)


def test_a_broken_environment_is_made_anew(checkout: Checkout) -> None:
    checkout.prepare()
    (checkout.environment.folder / "left over").touch()
    checkout.environment.python.unlink()
    done = checkout.run("again")
    assert done.out.startswith("tintype ['again']"), done.err
    assert not (checkout.environment.folder / "left over").exists()


def test_an_environment_of_another_python_is_remade_only_if_it_is_ours(checkout: Checkout) -> None:
    checkout.prepare()
    replace_python(checkout.environment, "#!/bin/sh\necho '(3, 99)'\n")
    assert not checkout.environment.is_usable()
    checkout.environment.stamp.unlink()
    with pytest.raises(script.SetUpError, match=r"was not made by this script"):
        checkout.environment.is_usable()


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Checkout) -> None:
    checkout.make_environment()
    write_wheel(checkout.wheels, "other")
    (checkout.wheels / "other-1.0-py3-none-any.whl").replace(
        checkout.wheels / "needed-1.0-py3-none-any.whl"
    )
    done = checkout.run()
    assert (done.code, done.out) == (1, "")
    assert "A package is not the one that was locked." in done.err
    assert "Traceback" not in done.err
    assert not checkout.environment.is_ready(script.RUNTIME)


def test_without_a_network_there_is_a_sentence(checkout: Checkout) -> None:
    checkout.make_environment()
    refused = "http://127.0.0.1:9/"  # the discard port; nothing listens
    # Without a second try pip does not say why there is nothing.
    index = {"PIP_INDEX_URL": refused, "PIP_RETRIES": "1", "UV_INDEX_URL": refused}
    none = dict.fromkeys(("PIP_NO_INDEX", "PIP_FIND_LINKS", "UV_OFFLINE", "UV_FIND_LINKS"), "")
    done = checkout.run(**index, **none)
    assert done.code == 1
    assert "The package index was not reached. Check the network" in done.err
    assert "Traceback" not in done.err


def test_without_any_installer_there_is_a_sentence(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.make_environment()
    bare = checkout.environment.python  # has no pip, and is the Python that runs the script
    done = subprocess.run(
        [bare, checkout.folder / "run.py"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert (
        "There is neither pip nor uv. On Debian or Ubuntu: apt install python3-pip." in done.stderr
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_gives_a_sentence(checkout: Checkout) -> None:
    checkout.folder.chmod(0o500)
    done = checkout.run()
    checkout.folder.chmod(0o700)
    assert done.code == 1
    assert "This folder could not be set up: [Errno 13] Permission denied" in done.err


def test_a_python_that_is_too_old_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(script.SetUpError, match=r"needs Python 3\.11 or newer; this is 3\.9\.2\."):
        script.check_machine()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] …", "A certificate was not accepted"),
        ("invalid peer certificate: UnknownIssuer", "A certificate was not accepted"),
        ("error: Hash mismatch for `click==8.5.1`", "not the one that was locked"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one that was locked"),
        ("NewConnectionError('<pip…>: Failed to establish a new connection", "was not reached"),
        ("error: Failed to fetch: `https://index/simple/click/`", "was not reached"),
        ("ERROR: No matching distribution found for click==8.5.1", "no ready-made package"),
        ("something that nobody foresaw", "something that nobody foresaw"),
    ],
)
def test_what_an_installer_says_becomes_a_remedy(said: str, sentence: str) -> None:
    assert sentence in script.remedy_for(f"…\n{said}\n")
    assert "{" not in script.remedy_for(said)


@pytest.mark.parametrize("lock", [script.RUNTIME, script.DEVELOPMENT, script.SOURCE])
def test_the_locks_hold_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if "==" in entry]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index" not in text


def test_the_development_lock_holds_all_of_the_other() -> None:
    runtime, development = (
        {line.split(" ;")[0].rstrip(" \\") for line in text.splitlines() if "==" in line}
        for text in ((ROOT / name).read_text() for name in (script.RUNTIME, script.DEVELOPMENT))
    )
    assert runtime < development

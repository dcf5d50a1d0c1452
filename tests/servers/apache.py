"""Apache itself, with a configuration of ours as one of its sites."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from servers import debian, front

# What Debian's apache2.conf has around us, and the modules that the head of our text names.
MODULES = (
    "mpm_event authz_core authz_host unixd alias dir headers mime proxy proxy_http rewrite setenvif"
)
MAIN = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
TypesConfig /dev/null
{modules}
StartServers 1
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
{before}
Include {folder}/site.conf
"""


@cache
def program() -> debian.Program:
    """Apache. AbsentError where it is not, and cannot be fetched."""
    return debian.program(("apache2", "httpd"), "apache2-bin")


def modules() -> Path:
    """The folder of its modules."""
    root = program().root
    places = ("usr/lib/apache2/modules", "usr/lib64/httpd/modules", "usr/lib/httpd/modules")
    for place in places:
        if (root / place / "mod_rewrite.so").exists():
            return root / place
    raise debian.AbsentError("Apache is here, and its modules are not where they are looked for")


def arguments(folder: Path, text: str, before: str = "") -> list[str]:
    """Write the configuration, and say how Apache is told of it."""
    front.own_folder(folder)
    names = [name for name in MODULES.split() if (modules() / f"mod_{name}.so").exists()]
    loads = "\n".join(f'LoadModule {name}_module "{modules()}/mod_{name}.so"' for name in names)
    (folder / "site.conf").write_text(text)
    main = MAIN.format(folder=folder, modules=loads, before=before)
    (folder / "apache.conf").write_text(main)
    return ["-f", str(folder / "apache.conf")]


def check(folder: Path, text: str) -> str:
    """`apachectl -t`; fails where Apache refuses the text."""
    return front.check(program(), ["-t", *arguments(folder, text)])


@contextmanager
def running(folder: Path, text: str, port: int, before: str = "") -> Iterator[None]:
    """Apache with the text, and `before` before it, which listens on the port."""
    command = [*arguments(folder, text, before), "-D", "FOREGROUND"]
    with front.started(program(), command, port, folder / "said.log"):
        yield

"""The direction of imports, as a table; and the house rules that a machine can check."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tintype"

# Layer: its modules (`name` alone, `name.*` all below it), and the layers that it may import.
VALUES = "errors", "values"
PROTOCOLS = *VALUES, "protocols"
ADAPTER = *PROTOCOLS, "settings"
VALUE_MODULES = """addresses background blob formats source transform geometry ids keys look targets
netguard detached info negotiate signed_messages signed_requests
stop stages traces"""
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "errors": (("errors",), ()),
    "values": (tuple(VALUE_MODULES.split()), ("errors",)),
    "urls": (("urls", "urls.*"), VALUES),
    "settings": (
        (
            *("settings", "settings_api", "settings_ast", "settings_browser", "settings_jobs"),
            *(
                "settings_gallery",
                "settings_providers",
                "settings_reader",
                "settings_sites",
                "settings_web",
            ),
        ),
        ("errors",),
    ),
    "protocols": (
        (
            *("loaders", "stores", "stores.rules", "stores.threads", "stores.direct"),
            *("processor", "browser"),
        ),
        VALUES,
    ),
    "loaders": (("loaders.*",), ADAPTER),
    "browser": (("browser.*",), ADAPTER),
    "credentials": (("credentials", "credentials.*"), VALUES),
    "oauth1": (("oauth1", "oauth1.*"), VALUES),
    # A provider on this machine. It knows nothing of ours, least of all how we sign.
    "demo provider": (("flickr.demo", "flickr.demo.*"), ()),
    "providers": (("providers", "providers.*"), (*ADAPTER, "credentials", "oauth1")),
    "flickr": (("flickr", "flickr.*"), (*ADAPTER, "oauth1", "providers")),
    "x": (("x", "x.*"), (*ADAPTER, "oauth1", "providers")),
    "flickr loader": (("loaders.flickr",), (*ADAPTER, "flickr")),
    "gallery": (("gallery", "gallery.*"), ADAPTER),
    "filters": (("filters", "filters.*"), ADAPTER),
    "processor": (("processor.*",), (*ADAPTER, "filters")),
    "s3": (("s3", "s3.*"), ADAPTER),
    "local store": (("stores.local", "stores.local.*"), ADAPTER),
    "memory store": (("stores.memory",), ADAPTER),
    "s3 store": (("stores.s3", "stores.s3.*"), (*ADAPTER, "s3")),
    "locks": (("locks", "turns"), PROTOCOLS),
    # Uploads lie where a store could lie, and speak to the same folders and buckets.
    "uploads": (
        ("uploads", "uploads.*"),
        (*ADAPTER, "s3", "local store", "s3 store", "locks"),
    ),
    "catalog": (("catalog", "catalog.*"), ADAPTER),
    "pipeline": (("pipeline", "slots", "other_pictures"), PROTOCOLS),
    "renditions": (("renditions", "renditions.*"), (*ADAPTER, "locks", "pipeline")),
    # What users keep: it knows stores, the catalog and renditions, and no request.
    "originals": (
        ("originals", "originals.*"),
        (*ADAPTER, "credentials", "locks", "catalog", "pipeline", "renditions"),
    ),
    "app": (
        (
            *("app", "app_backups", "app_browser", "app_gallery", "app_providers", "app_urls"),
            *("app_timeline", "app_users"),
        ),
        (
            *(*ADAPTER, "oauth1", "providers", "flickr", "x", "flickr loader", "gallery"),
            *("urls", "loaders", "filters", "processor", "browser"),
            *("local store", "memory store", "s3 store"),
            *("pipeline", "renditions", "catalog", "credentials", "locks", "uploads", "originals"),
        ),
    ),
    "client": (("client",), VALUES),
    # The edges. They parse, call and translate, and meet adapters through app.py only.
    "python": (("facade", "blocking"), (*ADAPTER, "pipeline", "app")),
    # What is kept of pages; its own composition root is `app_sites`.
    "sites": (
        ("sites", "sites.*"),
        (*ADAPTER, "urls", "catalog", "pipeline", "app"),
    ),
    # A protocol and a file format; neither knows where pictures are.
    "ast": (("sites.ast", "sites.ast.*"), VALUES),
    "opml": (("sites.opml", "sites.opml.*"), (*VALUES, "sites")),
    "jobs": (
        ("jobs", "jobs.*"),
        (
            *(*ADAPTER, "urls", "credentials", "catalog", "pipeline", "renditions", "originals"),
            *("app", "python", "sites", "flickr", "x", "gallery"),
        ),
    ),
    "package": (("__init__",), (*ADAPTER, "client", "python", "jobs", "sites")),
    "doctor": (("doctor", "doctor.*"), (*ADAPTER, "app", "browser")),
    "vhost": (("vhost", "vhost.*"), ADAPTER),
    "web": (
        ("web", "web.*"),
        (
            *(*ADAPTER, "urls", "filters", "credentials", "catalog", "pipeline", "renditions"),
            *("uploads", "originals", "app", "sites", "ast", "opml", "jobs", "oauth1", "providers"),
            "gallery",
        ),
    ),
    "cli": (
        ("cli", "cli.*", "__main__"),
        (
            *(*ADAPTER, "urls", "credentials", "catalog", "pipeline", "app", "python", "doctor"),
            *("vhost", "uploads", "web", "sites", "opml", "jobs", "package"),
            *("oauth1", "providers", "flickr", "x", "demo provider", "gallery"),
        ),
    ),
}

# Foreign packages, and the layers that know them.
FOREIGN = {
    "pyvips": {"processor", "filters", "doctor", "browser", "demo provider"},
    "pillow_heif": {"processor", "doctor"},
    "pypdfium2": {"browser"},
    "httpx2": {"loaders", "client", "oauth1", "providers", "flickr"},
    "httpcore2": {"loaders"},
    "defusedxml": {"s3", "processor", "opml", "flickr"},
    "botocore": {"s3"},
    "click": {"cli"},
    "idna": {"sites"},
    "markdownify": {"sites"},
    "nh3": {"sites", "gallery"},
    "re2": {"sites"},
    "uvicorn": {"web", "demo provider"},
    "fastapi": {"web"},
    "starlette": {"web", "demo provider"},
    "pydantic": {"web"},
    "pydantic_core": {"web"},
    "pwdlib": {"credentials"},
    "cryptography": {"credentials", "oauth1"},
    "yaml": {"providers"},
    "oauthlib": {"oauth1", "demo provider"},
    "prometheus_client": {"web"},
    "python_multipart": {"web"},
    "opentelemetry": {"web"},
    "rich": {"cli"},
    "dbos": {"jobs"},
    "croniter": {"jobs"},
    "sqlalchemy": {"catalog", "jobs"},
    "alembic": {"catalog"},
    "psycopg": {"catalog"},
}

LONGEST_FILE, LONGEST_FUNCTION = 400, 50
LONG_FILES = {  # path: the reason
    "src/tintype/errors.py": "the whole tree, drawn in its docstring: many classes of few lines",
}

NOT_OUR_WORDS = re.compile(r"asset|variant|manager|helper|utils?$|service|handler", re.IGNORECASE)


def name_of(path: Path) -> str:
    """`stores.local` for src/tintype/stores/local.py or src/tintype/stores/local/__init__.py."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}
FILES = [*MODULES.values(), ROOT / "run.py", *sorted((ROOT / "docs").glob("*.py"))]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def layer_of(module: str) -> str | None:
    names = [module] + [
        f"{module[: i.start()]}.*" for i in reversed(list(re.finditer(r"\.", module)))
    ]
    for name in names:
        for layer, (members, _) in LAYERS.items():
            if name in members:
                return layer
    return None


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; ours without `tintype.` before them."""
    for node in ast.walk(tree(path)):
        assert not getattr(node, "level", 0), f"{path} imports by a relative name"
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("tintype.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "tintype":
            for alias in node.names:
                yield alias.name if alias.name in MODULES else "__init__"
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.removeprefix("tintype.")
            inner = [f"{module}.{a.name}" for a in node.names]
            yield from {name if name in MODULES else module for name in inner}


def is_version_only(path: Path) -> bool:
    """True if all that a file takes from the package itself is its version."""
    taken = [
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "tintype"
        for alias in node.names
        if alias.name not in MODULES
    ]
    return taken == ["__version__"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    layer = layer_of(module)
    assert layer, f"{module} is in no layer: say where it belongs, in the table above"
    allowed = {layer, *LAYERS[layer][1]}
    path = MODULES[module]
    for name in imports(path):
        if name in MODULES and not (name == "__init__" and is_version_only(path)):
            assert layer_of(name) in allowed, f"{module} ({layer}) imports {name}"
        elif (package := name.partition(".")[0]) in FOREIGN:
            assert layer in FOREIGN[package], f"{module} ({layer}) imports {package}"


@pytest.mark.parametrize("layer", LAYERS)
def test_the_table_of_layers_is_about_modules_that_exist(layer: str) -> None:
    members, allowed = LAYERS[layer]
    assert any(layer_of(module) == layer for module in MODULES), members
    assert set(allowed) <= set(LAYERS) - {layer}


def test_the_layers_have_one_direction() -> None:
    order = list(LAYERS)
    for layer, (_, allowed) in LAYERS.items():
        assert all(order.index(lower) < order.index(layer) for lower in allowed), layer


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        name
        for name, path in MODULES.items()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"})
        or (isinstance(node, ast.alias) and node.name in {"environ", "getenv", "environb"})
    }
    # settings_reader is handed a mapping, which its class calls `environ`, too.
    assert readers - {"settings_reader"} == {"settings"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    length = len(path.read_text("utf-8").splitlines())
    assert (length > LONGEST_FILE) == (name in LONG_FILES), f"{name} has {length} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{name}: {node.name} has {lines} lines"


@pytest.mark.parametrize("module", MODULES)
def test_names_are_words_of_the_word_table(module: str) -> None:
    classes = [
        node.name for node in ast.walk(tree(MODULES[module])) if isinstance(node, ast.ClassDef)
    ]
    assert not [name for name in [*module.split("."), *classes] if NOT_OUR_WORDS.search(name)]
    if module != "cli.thumbnail":
        assert "thumbnail" not in module, "a user's word; inside it is a rendition"


HEAVY = {"pyvips", "httpx2", "rich", "click", "pillow_heif", "asyncio", "ssl", "tomllib"}


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running some code."""
    report = "import sys, json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"import atexit\natexit.register(lambda: exec({report!r}))\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr)} | {
        name for name in json.loads(done.stderr) if name.startswith("tintype.")
    }


def test_importing_the_package_costs_next_to_nothing() -> None:
    loaded = loaded_by("import tintype")
    assert "tintype" in loaded
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith("tintype.")]


def test_the_version_is_printed_without_loading_what_is_heavy() -> None:
    loaded = loaded_by("from tintype.cli import main; main(['--version'])")
    assert "tintype.cli" in loaded
    assert not loaded & HEAVY


def test_help_loads_no_command() -> None:
    loaded = loaded_by("from tintype.cli import main; main(['--help'])")
    assert "click" in loaded
    assert not loaded & {"pyvips", "httpx2", "rich", "pillow_heif"}
    commands = {f"tintype.cli.{path.stem}" for path in (SOURCE / "cli").glob("*.py")}
    assert loaded & commands == {"tintype.cli.commands"}

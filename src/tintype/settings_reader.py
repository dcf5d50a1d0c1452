"""From texts to settings: reads sections of fields, checks them, and collects the mistakes.

`settings.py` says which settings there are. A mistake names the setting and the rule, and not the
text that was refused: it may be a secret.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tintype.errors import InvalidSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


def setting(default: Any, env: str, help_text: str, **extra: Any) -> Any:
    """A field that `env` sets. `also`: other names it is known by. `secret`: never shown.

    `duration`: a whole number of seconds, which may be written in minutes, hours or days.
    `choices`: all that is allowed. `least` (0 unless given) and `most`: the range of a number.
    `form`: a regular expression for a text, or each of several, and what is told of others.
    """
    metadata = {"env": env, "help": help_text, **extra}
    return field(default=default, repr=not extra.get("secret"), metadata=metadata)


def read_file(file: Path | None) -> tuple[Mapping[str, Any], Path]:
    """The content of a settings file, and its path; empty where there is none by default."""
    path = file or Path("tintype.toml")
    if file is None and not path.exists():
        return {}, path
    try:
        return tomllib.loads(path.read_text("utf-8")), path
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path} is not valid TOML: {error}.") from error


class Reader:
    """Reads every section from the environment and a parsed file, and collects the mistakes."""

    def __init__(self, environ: Mapping[str, str], file: Mapping[str, Any], path: Path) -> None:
        self.environ, self.file, self.path = environ, file, path
        self.mistakes: list[str] = []

    def section(self, cls: type[S], name: str = "") -> S:
        """One section with those within it, each field by its names or its place in the file."""
        table = self._table(name)
        self._refuse_unknown(table.keys() - {f.name for f in fields(cls)}, name)
        values: dict[str, Any] = {}
        for f in fields(cls):
            if isinstance(f.type, type) and is_dataclass(f.type):
                values[f.name] = self.section(f.type, f.name)
            elif (value := self._value(f, table.get(f.name))) is not None:
                values[f.name] = value
        return cls(**values)

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self.file.get(name, {}) if name else self.file
        if isinstance(table, dict):
            return table
        self.mistakes.append(f"{self.path}: {name} must be a table, [{name}]")
        return {}

    def _refuse_unknown(self, keys: Iterable[str], section: str) -> None:
        for key in sorted(keys):
            full = f"{section}.{key}" if section else key
            self.mistakes.append(f"{self.path}: there is no setting {full}")

    def _value(self, f: "Field[Any]", from_file: Any) -> Any:
        """The value of a field; None where it is set nowhere, or wrongly."""
        label = f.metadata["env"]
        try:
            for label in (f.metadata["env"], *f.metadata.get("also", ())):
                if text := self.environ.get(label, "").strip():
                    return _check(f, _parser(f)(text))
            if from_file is not None:
                label = f"{f.metadata['env']} (in {self.path})"
                return _check(f, _parser(f)(_as_text(f.type, from_file)))
        except ValueError as error:
            self.mistakes.append(f"{label} {error}")
        return None


def _check(f: "Field[Any]", value: Any) -> Any:
    choices, least, most = (f.metadata.get(name) for name in ("choices", "least", "most"))
    several = isinstance(value, tuple)
    values = value if several else (value,)
    if choices and not set(values) <= set(choices):
        raise ValueError(
            f"must be {'among' if several else 'one of'} {', '.join(map(str, choices))}"
        )
    _check_form(f, values)
    for number in values:
        if isinstance(number, int | float) and number < (least or 0):
            raise ValueError(f"must be at least {least or 0:,}")
        if most and number > most:
            raise ValueError(f"must be at most {most:,}")
    return value


def _check_form(f: "Field[Any]", values: Iterable[Any]) -> None:
    pattern, rule = f.metadata.get("form", ("", ""))
    if pattern and not all(re.fullmatch(pattern, each) for each in values):
        raise ValueError(rule)


def _as_text(kind: Any, value: Any) -> str:
    """A value of the file as the environment would have it, if it is of a type that fits."""
    lists = kind in (tuple[str, ...], tuple[int, ...])
    if isinstance(value, list) and lists:
        return ",".join(_as_text(None, item) for item in value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float) and kind not in (str, Path, tuple[str, ...]):
        return str(value)
    raise ValueError("must be a list" if lists else "must be a text")


def _parse_size(text: str) -> int:
    """A whole number, perhaps with k, M, G (powers of 1,024) behind it."""
    number, factor = text.replace("_", ""), 1
    if number[-1:] in ("k", "K", "M", "G"):
        factor = 1 << {"k": 10, "K": 10, "M": 20, "G": 30}[number[-1]]
        number = number[:-1]
    try:
        return int(number) * factor
    except ValueError:
        raise ValueError("must be a whole number, such as 8 or 64M") from None


def _parse_duration(text: str) -> int:
    """Whole seconds, or with s, m, h, d behind the number."""
    number, factor = text.replace("_", ""), 1
    if number[-1:] in _SECONDS:
        number, factor = number[:-1], _SECONDS[number[-1]]
    try:
        return int(number) * factor
    except ValueError:
        raise ValueError("must be whole seconds, or such as 90s, 15m, 12h, 30d") from None


def _parse_float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("must be a number, such as 2.5")
    return number


def _parse_bool(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("must be true or false")


def _parse_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _parser(f: "Field[Any]") -> Callable[[str], Any]:
    return _parse_duration if f.metadata.get("duration") else _PARSERS[f.type]


_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_PARSERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    Path: Path,
    int: _parse_size,
    float: _parse_float,
    bool: _parse_bool,
    bool | None: _parse_bool,
    tuple[str, ...]: _parse_list,
    tuple[int, ...]: lambda text: tuple(map(_parse_size, _parse_list(text))),
}

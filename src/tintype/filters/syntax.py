"""A filter is a function, and its signature is the syntax of its arguments.

The type of the first parameter says when it runs: `Image` after the resize, on one frame in memory;
`Encoding` when the file is written; `Delivery` when it is handed out; `Transform` before all, for
what is a part of the recipe. One on pixels may take a `Scene` next. The others are the arguments in
their order, typed with a kind of `arguments.py`; one with a default may be left out, `*args` takes
any number from one.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from pyvips import Image

from tintype.errors import InvalidTransform
from tintype.filters.arguments import PICTURE, Argument
from tintype.filters.delivery import Delivery
from tintype.filters.encoding import Encoding
from tintype.filters.scene import Scene
from tintype.filters.split import joined_and_split
from tintype.transform import Transform

EMPTY = Scene()


class Phase(StrEnum):
    """When a filter runs."""

    RECIPE = "recipe"
    PIXELS = "pixels"
    FILE = "file"
    ANSWER = "answer"


PHASES = {
    Transform: Phase.RECIPE,
    Image: Phase.PIXELS,
    Encoding: Phase.FILE,
    Delivery: Phase.ANSWER,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a filter."""

    name: str
    argument: Argument
    optional: bool
    repeated: bool

    def __str__(self) -> str:
        text = self.name + "…" * self.repeated
        return f"[{text}]" if self.optional else text


@dataclass(frozen=True, slots=True)
class Step:
    """A filter with its arguments, read: call it with what it changes."""

    filter: "Filter"
    values: tuple[Any, ...]

    def __call__(self, subject: Any, scene: Scene = EMPTY) -> Any:
        """What the filter makes of its subject."""
        extra = (scene,) if self.filter.takes_scene else ()
        return self.filter.function(subject, *extra, *self.values)

    @property
    def pictures(self) -> frozenset[str]:
        """The texts of the other pictures that it needs."""
        pairs = zip(self.filter.parameters, self.values, strict=False)
        return frozenset(value for p, value in pairs if p.argument is PICTURE)


@dataclass(frozen=True, slots=True)
class Filter:
    """One named step of a transform, as `FILTERS` lists it."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    phase: Phase
    takes_scene: bool
    function: Callable[..., Any]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Filter":
        """The filter that a function is; its docstring's first paragraph is the help."""
        hints = get_type_hints(function, include_extras=True)
        first, *others = inspect.signature(function).parameters.values()
        takes_scene = bool(others) and hints[others[0].name] is Scene
        return cls(
            name=function.__name__.rstrip("_"),
            help=(inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " "),
            parameters=tuple(_parameter(p, hints[p.name]) for p in others[takes_scene:]),
            phase=PHASES[hints[first.name]],
            takes_scene=takes_scene,
            function=function,
        )

    @property
    def on_pixels(self) -> bool:
        """Whether it changes pixels."""
        return self.phase is Phase.PIXELS

    @property
    def signature(self) -> str:
        """What to write: `blur(radius,[sigma])`; brackets mark what may be left out."""
        return f"{self.name}({','.join(map(str, self.parameters))})"

    def bind(self, arguments: Sequence[str]) -> Step:
        """The step that these arguments make; InvalidTransform names what the filter wants."""
        texts = joined_and_split(arguments)
        values = tuple(self._value(i, text) for i, text in enumerate(texts))
        if len(values) < sum(not p.optional for p in self.parameters):
            raise self._refusal("too few arguments")
        self._check(values)
        return Step(self, values)

    def _check(self, values: Sequence[Any]) -> None:
        """What the filter has against its arguments taken together (`arguments.checked`)."""
        try:
            getattr(self.function, "check", lambda *_: None)(*values)
        except ValueError as error:
            raise self._refusal(str(error)) from None

    def _value(self, position: int, text: str) -> Any:
        parameter = self._parameter_at(position)
        try:
            return parameter.argument.read(text)
        except ValueError:
            wants = f"{parameter.name} is {parameter.argument.wants}, not {text[:40]!r}"
            raise self._refusal(wants) from None

    def _parameter_at(self, position: int) -> Parameter:
        if position < len(self.parameters):
            return self.parameters[position]
        if self.parameters and self.parameters[-1].repeated:
            return self.parameters[-1]
        raise self._refusal("too many arguments")

    def _refusal(self, why: str) -> InvalidTransform:
        return InvalidTransform(
            f"The filter {self.name} cannot be used like that: {why}.",
            remedy=f"Write {self.signature}.",
        )


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    kind = next(k for k in (hint, *get_args(hint)) if hasattr(k, "__metadata__"))  # `X | None`
    (argument,) = kind.__metadata__
    optional = parameter.default is not inspect.Parameter.empty
    return Parameter(
        parameter.name, argument, optional, parameter.kind is inspect.Parameter.VAR_POSITIONAL
    )

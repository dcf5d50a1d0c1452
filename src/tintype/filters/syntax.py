"""A filter is a function, and its signature is the syntax of its arguments.

The type of the first parameter says when it runs: `Image` after the resize, on one frame in memory;
`Encoding` when the file is written. The others are the arguments in their order, typed with a kind
of `arguments.py`; one with a default may be left out, `*args` takes any number from one.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args, get_type_hints

from pyvips import Image

from tintype.errors import InvalidTransform
from tintype.filters.arguments import Argument
from tintype.filters.encoding import Encoding
from tintype.transform import FilterCall

ImageStep = Callable[[Image], Image]


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
class Filter:
    """One named step of a transform, as `FILTERS` lists it."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    on_pixels: bool
    function: Callable[..., Any]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Filter":
        """The filter that a function is; its docstring's first line is the help."""
        hints = get_type_hints(function, include_extras=True)
        first, *others = inspect.signature(function).parameters.values()
        return cls(
            name=function.__name__.rstrip("_"),
            help=(inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " "),
            parameters=tuple(_parameter(other, hints[other.name]) for other in others),
            on_pixels=hints[first.name] is Image,
            function=function,
        )

    @property
    def signature(self) -> str:
        """What to write: `blur(radius,[sigma])`; brackets mark what may be left out."""
        return f"{self.name}({','.join(map(str, self.parameters))})"

    def bind(self, arguments: Sequence[str]) -> Callable[[Any], Any]:
        """The step that these arguments make; InvalidTransform names what the filter wants."""
        texts = [] if list(arguments) == [""] else [text.strip() for text in arguments]
        values = [self._value(i, text) for i, text in enumerate(texts)]
        if len(values) < sum(not p.optional for p in self.parameters):
            raise self._refusal("too few arguments")
        return partial(_call, self.function, values)

    def _value(self, position: int, text: str) -> Any:
        parameter = self._parameter_at(position)
        try:
            return parameter.argument.read(_unquoted(text))
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


@dataclass(frozen=True, slots=True)
class Steps:
    """All filters of a transform, parsed: what is done to the pixels, and how they are written."""

    pixels: tuple[ImageStep, ...]
    encoding: Encoding


def parse(calls: Sequence[FilterCall], filters: Sequence[Filter]) -> Steps:
    """Read the calls; InvalidTransform for an unknown filter or a wrong argument."""
    by_name = {f.name: f for f in filters}
    pixels: list[ImageStep] = []
    encoding = Encoding()
    for call in calls:
        found = by_name.get(call.name)
        if found is None:
            raise InvalidTransform(
                f"There is no filter {call.name[:40]!r}.",
                remedy=f"Known filters: {', '.join(sorted(by_name))}.",
            )
        step = found.bind(call.arguments)
        if found.on_pixels:
            pixels.append(step)
        else:
            encoding = step(encoding)
    return Steps(tuple(pixels), encoding)


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    kind = next(k for k in (hint, *get_args(hint)) if hasattr(k, "__metadata__"))  # `X | None`
    (argument,) = kind.__metadata__
    optional = parameter.default is not inspect.Parameter.empty
    return Parameter(
        parameter.name, argument, optional, parameter.kind is inspect.Parameter.VAR_POSITIONAL
    )


def _call(function: Callable[..., Any], values: Sequence[Any], subject: Any) -> Any:
    return function(subject, *values)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text

"""Traces: spans for OpenTelemetry, where its API is installed and the program has set it up.

We create spans and set nothing up: who starts us with `opentelemetry-instrument`, or configures a
provider, decides where they go. Without the package all of this is nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from tintype.web.metrics import Metrics

try:
    import opentelemetry.propagate as propagate
    import opentelemetry.trace as trace
except ImportError:
    _tracer: Any = None
else:
    _tracer = trace.get_tracer("tintype")


def request_span(method: str, headers: Mapping[bytes, bytes]) -> AbstractContextManager[Any]:
    """Around the answer to a request; a child of the span that its `traceparent` names."""
    if not _is_set_up():
        return nullcontext()
    carrier = {
        name: headers[name.encode()].decode("latin-1")
        for name in ("traceparent", "tracestate")
        if name.encode() in headers
    }
    context = propagate.extract(carrier) if carrier else None
    found: AbstractContextManager[Any] = _tracer.start_as_current_span(
        "request",
        context=context,
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": method},
    )
    return found


def _is_set_up() -> bool:
    """Whether spans go anywhere: making them for nobody is a twentieth of a small request."""
    if _tracer is None:
        return False
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def finish(span: Any, route: str, status: int, request_id: str) -> None:
    """What is known of a request at its end. The URL is left out: it may be a secret."""
    if span is not None:
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("tintype.request_id", request_id)


def watching(metrics: Metrics) -> Any:
    """What is to be entered around a stage: its time for the metrics, and a span."""

    @contextmanager
    def traced(name: str) -> Iterator[None]:
        with metrics.stage(name), _tracer.start_as_current_span(name):
            yield

    return lambda name: traced(name) if _is_set_up() else metrics.stage(name)

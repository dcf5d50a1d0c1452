"""Traces with OpenTelemetry's own SDK, set up as whoever starts the service would."""

import json
from pathlib import Path

import httpx2
import pytest

from servers import service

SET_UP = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

file = open({path!r}, "a", buffering=1)
exporter = ConsoleSpanExporter(out=file, formatter=lambda s: s.to_json(indent=None) + "\\n")
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
"""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_request_is_a_span_with_its_stages_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans_file = tmp_path / "spans"
    (tmp_path / "sitecustomize.py").write_text(SET_UP.format(path=str(spans_file)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    secret = "/unsafe/30x0/sample:hills.jpg"
    with service.running(tmp_path) as running:
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        assert httpx2.get(running.url + secret, headers=headers).status_code == 200
    spans = [json.loads(line) for line in spans_file.read_text().splitlines()]
    ours = [span for span in spans if span["context"]["trace_id"] == f"0x{TRACE}"]
    by_name = {span["name"]: span for span in ours}
    assert {"request", "fetch", "wait", "render", "store"} <= by_name.keys()
    request = by_name["request"]
    assert request["parent_id"] == "0x00f067aa0ba902b7"
    assert request["attributes"]["http.response.status_code"] == 200
    assert request["attributes"]["http.request.method"] == "GET"
    assert secret not in spans_file.read_text()
    inside = {span["context"]["span_id"] for span in ours}
    assert all(span["parent_id"] in inside for span in ours if span is not request)

"""What comes out of the pipe, however it is cut into pieces."""

import json

import pytest

from tintype.browser import pipe as module
from tintype.browser.pipe import Gone, Pipe, Refused


def message(**parts: object) -> bytes:
    return json.dumps(parts, separators=(",", ":")).encode() + b"\0"


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_messages_are_whole_however_they_come(size: int) -> None:
    pipe, heard = Pipe(), []
    pipe.listen("a", lambda method, params: heard.append((method, params)))
    data = b"".join(
        [
            message(method="Page.loaded", params={"n": 1}, sessionId="a"),
            message(method="Network.dataReceived", params={}, sessionId="a"),  # nobody hears it
            message(method="Page.loaded", params={"n": 2}, sessionId="another"),
            message(method="Page.closed", sessionId="a"),
            message(id=99, result={}),  # of a call that nobody made
        ]
    )
    for start in range(0, len(data), size):
        pipe.data_received(data[start : start + size])
    assert heard == [("Page.loaded", {"n": 1}), ("Page.closed", {})]


async def test_a_message_that_is_too_long_is_dropped_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LONGEST", 1_000)
    pipe, heard = Pipe(), []
    pipe.listen("", lambda method, _: heard.append(method))
    long = message(method="Long", params={"x": "x" * 5_000})
    for start in range(0, len(long), 600):
        pipe.data_received(long[start : start + 600])
    pipe.data_received(message(method="Short"))
    assert heard == ["Short"]


async def test_whoever_waits_is_told_that_the_browser_has_ended() -> None:
    pipe = Pipe()
    waiting = pipe.send("Page.enable")
    with pytest.raises(Gone):
        await waiting  # there is no line yet
    pipe.close()
    with pytest.raises(Gone):
        await pipe.call("Page.enable")
    assert not issubclass(Gone, Refused)

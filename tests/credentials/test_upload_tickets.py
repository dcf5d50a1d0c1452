"""Upload tickets: good for one user and a while; anything else is none."""

import re

import pytest

from tintype.credentials.sealing import Sealing
from tintype.credentials.upload_tickets import UploadTicket, read_ticket, write_ticket

SEALING = Sealing(["a key for tests that is long enough"])
TICKET = UploadTicket("ann", "key", 1000)


def test_a_ticket_is_read_as_it_was_written() -> None:
    assert read_ticket(SEALING, write_ticket(SEALING, TICKET), 999) == TICKET


def test_a_ticket_fits_into_a_path_and_tells_nothing() -> None:
    text = write_ticket(SEALING, TICKET)
    assert re.fullmatch(r"[A-Za-z0-9._-]{40,300}", text)
    assert "ann" not in text


@pytest.mark.parametrize("now", [1000, 1001, 10**12])
def test_a_ticket_ends(now: float) -> None:
    with pytest.raises(ValueError, match="over"):
        read_ticket(SEALING, write_ticket(SEALING, TICKET), now)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1",
        "v1..",
        "ü" * 50,
        "v1.00000000." + "A" * 2000,
        SEALING.seal('["ann", "key", 99999]', "another purpose"),
        write_ticket(Sealing(["another key that is long enough, too"]), TICKET),
    ],
    ids=["none", "name", "empty", "letters", "long", "purpose", "key"],
)
def test_what_was_not_written_as_a_ticket_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a ticket"):
        read_ticket(SEALING, text, 0)


def test_a_changed_ticket_is_none() -> None:
    text = write_ticket(SEALING, TICKET)
    for place in range(12, len(text), 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(ValueError, match="not a ticket"):
            read_ticket(SEALING, changed, 0)

"""What the browser says it is."""

import pytest

from tintype.browser import agent

HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/156.0.8078.108 Safari"


def test_nothing_of_being_headless_is_left_and_no_exact_version() -> None:
    said = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari"
    assert agent.ordinary(HEADLESS) == said


@pytest.mark.parametrize("major", [155, 156])
def test_hints_agree_with_what_is_said_and_their_order_with_nothing(major: int) -> None:
    told = agent.override(f"Mozilla/5.0 (Windows NT 10.0) Chrome/{major}.0.0.0 Safari/537.36")
    hints = told["userAgentMetadata"]
    assert {"brand": "Chromium", "version": str(major)} in hints["brands"]
    assert hints["brands"].index({"brand": "Chromium", "version": str(major)}) == (major + 1) % 2
    assert (hints["platform"], hints["mobile"]) == ("Windows", False)


def test_a_telephone_is_one_in_its_hints() -> None:
    hints = agent.override("Mozilla/5.0 (Linux; Android 10; K) Chrome/156.0.0.0 Mobile Safari")
    assert hints["userAgentMetadata"]["platform"] == "Android"
    assert hints["userAgentMetadata"]["mobile"]


def test_who_is_no_chromium_sends_no_hints() -> None:
    assert "userAgentMetadata" not in agent.override("Mozilla/5.0 (Macintosh) Safari/605.1.15")

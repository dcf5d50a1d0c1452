"""How many calls are ahead: by the list, and by what the photos so far have needed."""

from typing import Any

import pytest

from tintype.flickr.backup import Options
from tintype.flickr.backup.estimate import ahead, learnt
from tintype.flickr.backup.listing import asking


@pytest.mark.parametrize(
    ("entry", "calls"),
    [
        pytest.param({"count_comments": "0", "count_faves": 0}, 2.0, id="nothing"),
        pytest.param({"count_comments": 7, "count_faves": "0"}, 3.0, id="comments"),
        pytest.param({"count_comments": "1", "count_faves": "900"}, 4.0, id="both"),
        pytest.param({}, 3.4, id="not-told"),
    ],
)
def test_the_list_tells_what_details_will_need(entry: dict[str, Any], calls: float) -> None:
    assert asking(entry) == calls


def test_what_photos_have_needed_outweighs_the_list() -> None:
    assert learnt(2.0, 0, 0) == 2.0
    assert learnt(2.0, 20, 80) == 3.0
    assert learnt(2.0, 100_000, 400_000) == pytest.approx(4.0, abs=0.01)


def test_sizes_and_details_are_counted_where_they_are_wanted() -> None:
    assert ahead(Options(), 100, 50, 0.1, 3.0) == 160
    assert ahead(Options(all_sizes=True), 100, 50, 0.1, 3.0) == 250
    assert ahead(Options(details=False), 100, 50, 0.1, 3.0) == 10

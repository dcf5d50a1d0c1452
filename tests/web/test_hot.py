"""Hot answers: for about a second, within bounds."""

from tintype.web.answers import Answer
from tintype.web.hot import LARGEST, MOST, HotAnswers


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def answer(size: int = 10) -> Answer:
    return Answer(200, [(b"etag", b'"a"')], b"x" * size, etag=b'"a"', modified=1.0)


def test_an_answer_is_found_by_its_url_and_accept_header_for_a_second() -> None:
    clock = Clock()
    hot = HotAnswers(1000, [(b"x-always", b"1")], clock)
    hot.keep(b"/a", b"image/webp", answer())
    found = hot.find(b"/a", b"image/webp")
    assert found
    assert found.answer.body == b"x" * 10
    assert found.head == b'HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: "a"\r\nx-always: 1\r\n'
    assert found.not_modified == b'HTTP/1.1 304 Not Modified\r\netag: "a"\r\nx-always: 1\r\n'
    assert hot.find(b"/a", b"") is None
    assert hot.find(b"/b", b"image/webp") is None
    clock.now += 1.01
    assert hot.find(b"/a", b"image/webp") is None


def test_a_url_that_expires_sooner_is_kept_no_longer() -> None:
    clock = Clock()
    hot = HotAnswers(1000, clock=clock)
    hot.keep(b"/a", b"", answer(), most=0.25)
    clock.now += 0.3
    assert hot.find(b"/a", b"") is None


def test_no_more_bytes_are_kept_than_allowed_and_old_ones_make_room() -> None:
    clock = Clock()
    hot = HotAnswers(100, clock=clock)
    hot.keep(b"/a", b"", answer(60))
    hot.keep(b"/b", b"", answer(60))
    assert hot.find(b"/b", b"") is None, "there was no room"
    clock.now += 1.01
    hot.keep(b"/b", b"", answer(60))
    assert hot.find(b"/b", b"")


def test_the_same_url_again_takes_no_more_room() -> None:
    hot = HotAnswers(100, clock=Clock())
    for _ in range(5):
        hot.keep(b"/a", b"", answer(60))
    assert hot.find(b"/a", b"")
    hot.keep(b"/b", b"", answer(40))
    assert hot.find(b"/b", b"")


def test_neither_large_answers_nor_too_many_are_kept() -> None:
    hot = HotAnswers(1 << 30, clock=Clock())
    hot.keep(b"/large", b"", answer(LARGEST + 1))
    assert hot.find(b"/large", b"") is None
    for number in range(MOST + 1):
        hot.keep(b"/%d" % number, b"", answer(1))
    assert hot.find(b"/%d" % (MOST - 1), b"")
    assert hot.find(b"/%d" % MOST, b"") is None


def test_nothing_is_kept_without_memory_and_after_a_purge() -> None:
    none = HotAnswers(0, clock=Clock())
    none.keep(b"/a", b"", answer())
    assert none.find(b"/a", b"") is None
    hot = HotAnswers(100, clock=Clock())
    hot.keep(b"/a", b"", answer(90))
    hot.clear()
    assert hot.find(b"/a", b"") is None
    hot.keep(b"/b", b"", answer(90))
    assert hot.find(b"/b", b""), "its bytes are free again"


def test_an_etag_is_known_alone_among_others_and_weakened_by_a_proxy() -> None:
    hot = HotAnswers(100, clock=Clock())
    hot.keep(b"/a", b"", answer())
    found = hot.find(b"/a", b"")
    assert found
    for known in (b'"a"', b'W/"a"', b'"x", "a"', b'"x", W/"a"'):
        assert found.is_known(known)
    for unknown in (b'"b"', b"a", b'"aa"', b'"x", "b"'):
        assert not found.is_known(unknown)

"""Where results go: what a person writes after --to, and the keys that come of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidKey
from tintype.look import transform_of
from tintype.source import Source
from tintype.targets import Target

PLAIN = transform_of(width=400)


@pytest.mark.parametrize(
    ("text", "store", "template"),
    [
        ("s3://bucket", "s3://bucket", ""),
        ("s3://bucket/", "s3://bucket", ""),
        ("s3://bucket/thumbs/", "s3://bucket", "thumbs/"),
        ("s3://bucket/thumbs/card.webp", "s3://bucket", "thumbs/card.webp"),
        ("s3://bucket/{name}-{width}.{ext}", "s3://bucket", "{name}-{width}.{ext}"),
        ("store:", "store:", ""),
        ("store:photos/", "store:", "photos/"),
        ("store:photos/cat.jpg", "store:", "photos/cat.jpg"),
        ("store:{name}.{ext}", "store:", "{name}.{ext}"),
        ("./store:cat.jpg", ".", "store:cat.jpg"),
        ("out/", "out", ""),
        (".", ".", ""),
        ("./out/card.webp", "out", "card.webp"),
        ("card.webp", ".", "card.webp"),
        ("{name}.{ext}", ".", "{name}.{ext}"),
        ("./web/{name}/{width}.{ext}", "./web", "{name}/{width}.{ext}"),
        ("/srv/web/pre-{name}.{ext}", "/srv/web", "pre-{name}.{ext}"),
        ("/{name}.{ext}", "/", "{name}.{ext}"),
    ],
)
def test_a_target_is_a_store_and_a_template(text: str, store: str, template: str) -> None:
    assert Target.parse(text) == Target(store, template)


def test_a_folder_that_exists_is_a_folder_without_a_slash(tmp_path) -> None:
    assert Target.parse(str(tmp_path)) == Target(str(tmp_path), "")


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("photo.jpg", "photo.webp"),
        ("/a/b/photo.JPEG", "photo.webp"),
        ("https://example.org/a/high_res.jpg?x=1/2.png#top", "high_res.webp"),
        ("https://example.org/a%20b%2Fc.jpg", "a b_c.webp"),
        ("https://example.org/", "picture.webp"),
        ("https://example.org/..", "picture.webp"),
        ("https://example.org/%2e%2e", "picture.webp"),
        ("-", "picture.webp"),
        ("notes.tar.gz", "notes.tar.gz.webp"),
        (".jpg", ".jpg.webp"),
    ],
)
def test_a_result_below_a_folder_is_named_for_its_source(source: str, key: str) -> None:
    target = Target.parse("s3://b/t/")
    assert target.key(Source.parse(source), PLAIN, ".webp", several=False) == f"t/{key}"


def test_several_sizes_have_their_size_in_their_names() -> None:
    target, source = Target.parse("out/"), Source.parse("a.jpg")
    assert target.key(source, PLAIN, ".jpg", several=True) == "a-400.jpg"
    assert target.key(source, transform_of(height=90), ".jpg", several=True) == "a-x90.jpg"


def test_several_sizes_under_one_exact_name_are_refused() -> None:
    with pytest.raises(InvalidKey, match=r"\{width\}"):
        Target.parse("a.jpg").key(Source.parse("b.jpg"), PLAIN, ".jpg", several=True)


def test_a_template_is_filled_in() -> None:
    target = Target.parse("s3://b/{name}/{width}x{height}.{ext}")
    assert target.key(Source.parse("a.png"), PLAIN, ".avif", several=True) == "a/400x0.avif"


def test_an_unknown_placeholder_is_named_with_the_known_ones() -> None:
    with pytest.raises(InvalidKey, match=r"\{size\}.*\{width\}"):
        Target.parse("s3://b/{size}").key(Source.parse("a.png"), PLAIN, ".png", several=False)


def test_an_exact_name_asks_for_its_format() -> None:
    wanted = Target.parse("s3://b/card.webp").format
    assert wanted is not None
    assert wanted.name == "webp"
    assert Target.parse("s3://b/card").format is None
    assert Target.parse("s3://b/card.webp/").format is None


@given(st.text(min_size=1, max_size=80).filter(lambda text: "\0" not in text))
def test_no_source_name_leads_out_of_the_folder_it_is_put_in(name: str) -> None:
    source = Source("https", f"//example.org/{name}")
    key = Target("s3://b", "t/").key(source, PLAIN, ".jpg", several=False)
    assert key.startswith("t/")
    assert "/" not in key[2:]
    assert key[2:] not in {".", ".."}

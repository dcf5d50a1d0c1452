"""imgproxy's URLs: signatures by its published vectors, options, sources, presets."""

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidSource, InvalidTransform, SignatureRefused
from tintype.transform import Corner, FilterCall, Transform, Trim
from tintype.urls import ImageRequest
from tintype.urls.imgproxy import Dialect, pairs, read, read_presets, sign
from tintype.urls.imgproxy_geometry import Gravity, Rules

KEY, SALT = b"test-key", b"test-salt"
DIALECT = Dialect(pairs=[(KEY, SALT)])
PLAIN = "/plain/http://images.example/lorem/ipsum.jpg"


def asked(path: str, dialect: Dialect = DIALECT) -> ImageRequest:
    key, salt = dialect.pairs[0]
    found = read(sign(path, key, salt, dialect.signature_size), dialect)
    assert found
    return found


def transform(options: str) -> Transform:
    return asked(f"/{options}{PLAIN}").transform


def rules(options: str) -> Rules:
    found = transform(options).rules
    assert isinstance(found, Rules)
    return found


def calls(options: str) -> list[str]:
    return [str(call) for call in transform(options).filters]


def test_the_documented_signature() -> None:
    path = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png"
    url = sign(path, b"secret", b"hello")
    assert url == f"/oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8{path}"
    found = read(url, Dialect(pairs=pairs(["736563726574"], ["68656C6C6F"])))
    assert found
    assert found.image == "http://example.com/images/curiosity.jpg"
    assert found.transform.rules == Rules(
        resizing_type="fill", width=300, height=400, gravity=Gravity("sm")
    )
    assert found.transform.filters == (FilterCall("format", ("png",)),)


def test_signatures_of_its_own_tests() -> None:
    assert sign("/asd", KEY, SALT) == "/oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20/asd"
    assert sign("/asd", KEY, SALT, 8) == "/oWaL7QoW5Ts/asd"
    assert sign("/asd", b"test-key2", b"test-salt2") == (
        "/jYz1UZ7j1BCdSzH3pZhaYf0iuz0vusoOTdqJsUT6WXI/asd"
    )


def test_every_pair_of_key_and_salt_verifies_and_they_do_not_mix() -> None:
    both = Dialect(pairs=[(b"k1", b"s1"), (b"k2", b"s2")])
    for pair in both.pairs:
        assert read(sign(PLAIN, *pair), both)
    for wrong in ((b"k1", b"s2"), (b"k2", b"s1"), (b"", b"")):
        with pytest.raises(SignatureRefused):
            read(sign(PLAIN, *wrong), both)


def test_a_cut_signature_is_accepted_only_where_that_is_set() -> None:
    cut = Dialect(pairs=DIALECT.pairs, signature_size=8)
    assert asked(PLAIN, cut).image == "http://images.example/lorem/ipsum.jpg"
    assert read(sign(PLAIN, KEY, SALT, 8), DIALECT) is None
    with pytest.raises(SignatureRefused):
        read(sign(PLAIN, b"other", SALT, 8), cut)


@pytest.mark.parametrize("change", ["w:301", "w:300/h:1", "W:300"])
def test_a_changed_option_is_refused(change: str) -> None:
    signature = sign(f"/w:300{PLAIN}", KEY, SALT).split("/")[1]
    assert read(f"/{signature}/w:300{PLAIN}", DIALECT)
    with pytest.raises(SignatureRefused) as caught:
        read(f"/{signature}/{change}{PLAIN}", DIALECT)
    assert signature not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "/unsafe/300x200/http://images.example/a.jpg",
        "/8ammJH8D-7tXy6kU3lTvoXlhu4o=/300x200/a.jpg",  # thumbor's, SHA-1
        f"/{'a' * 43}=/300x200/a.jpg",  # thumbor's, SHA-256
        "/",
        "/favicon.ico",
        f"/{'a' * 43}",
        f"/{'a' * 43}/",
    ],
)
def test_what_is_of_another_grammar_is_left_to_it(path: str) -> None:
    assert read(path, DIALECT) is None


def test_without_keys_nothing_is_read() -> None:
    assert read(sign(PLAIN, b"", b""), Dialect(pairs=[])) is None
    assert read(f"/insecure{PLAIN}", Dialect(pairs=[], allow_unsafe=True)) is None


def test_unsigned_urls_only_where_that_is_set() -> None:
    assert read(f"/insecure/w:1{PLAIN}", DIALECT) is None
    found = read(f"/insecure/w:1{PLAIN}", Dialect(pairs=DIALECT.pairs, allow_unsafe=True))
    assert found
    assert found.signature == ""


def test_keys_and_salts_belong_together() -> None:
    assert pairs(["61", "62"], ["63", "64"]) == [(b"a", b"c"), (b"b", b"d")]
    for keys, salts in ((["61"], []), (["xx"], ["61"])):
        with pytest.raises(ValueError, match=r"."):
            pairs(keys, salts)


SOURCES = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: "\0" not in text)


@given(SOURCES, st.sampled_from(["", "png", "webp", "jpg"]))
def test_any_address_in_base64_or_escaped_comes_out_as_it_was(source: str, suffix: str) -> None:
    encoded = urlsafe_b64encode(source.encode()).decode()
    split = "/".join(encoded[i : i + 16] for i in range(0, len(encoded), 16))
    for path in (
        f"/w:1/{split}" + (f".{suffix}" if suffix else ""),
        f"/w:1/{split.rstrip('=')}" + (f".{suffix}" if suffix else ""),
        f"/w:1/plain/{quote(source, safe='/')}" + (f"@{suffix}" if suffix else ""),
        f"/w:1/plain/{quote(source, safe='')}" + (f"@{suffix}" if suffix else ""),
    ):
        found = asked(path)
        assert found.image == source
        expected = {"": (), "jpg": (FilterCall("format", ("jpeg",)),)}
        default = (FilterCall("format", (suffix,)),)
        assert found.transform.filters == expected.get(suffix, default)


@pytest.mark.parametrize(
    ("address", "store", "image"),
    [
        ("local:///wide.jpg", "", "store:wide.jpg"),
        ("local:///a/wide b.jpg?v=2", "s3://bucket", "store:a/wide b.jpg"),
        ("s3://bucket/a/b.jpg", "s3://bucket", "store:a/b.jpg"),
        ("s3://bucket/a/b.jpg?versionId", "s3://bucket/", "store:a/b.jpg"),
        ("s3://bucket/a/b.jpg", "s3://bucket/a", "store:b.jpg"),
        ("s3://bucket/a//b.jpg", "s3://bucket/a/", "store:/b.jpg"),
        ("store:b.jpg", "s3://bucket/a/", "store:b.jpg"),
        ("gs://bucket/b.jpg", "s3://bucket", "gs://bucket/b.jpg"),  # refused as a source
    ],
)
def test_a_local_file_or_an_object_is_one_of_the_store(
    address: str, store: str, image: str
) -> None:
    dialect = Dialect(pairs=DIALECT.pairs, store=store, allow_unsafe=True)
    encoded = urlsafe_b64encode(address.encode()).decode()
    for path in (f"/w:1/plain/{quote(address)}", f"/w:1/{encoded}"):
        assert asked(path, dialect).image == image
        unsigned = read(f"/insecure{path}", dialect)
        assert unsigned
        assert unsigned.image == image


@pytest.mark.parametrize("store", ["", "folder", "s3://other", "s3://bucket/b", "s3://buck"])
def test_an_object_outside_the_store_is_refused_and_the_setting_named(store: str) -> None:
    with pytest.raises(InvalidSource, match="TINTYPE_STORE"):
        asked("/plain/s3://bucket/a.jpg", Dialect(pairs=DIALECT.pairs, store=store))


@pytest.mark.parametrize("address", ["local:///", "s3://bucket/", "local:///?v=1"])
def test_an_address_without_a_key_is_refused(address: str) -> None:
    with pytest.raises(InvalidSource, match="names no picture"):
        asked(f"/plain/{quote(address)}", Dialect(pairs=DIALECT.pairs, store="s3://bucket"))


@pytest.mark.parametrize(
    ("base", "address", "image"),
    [
        ("https://h.example/p/", "a.jpg", "https://h.example/p/a.jpg"),
        ("https://h.example/p/", "https://h.example/p/a.jpg", "https://h.example/p/a.jpg"),
        (
            "https://h.example/?u=",
            "https://x.example/a",
            "https://h.example/?u=https://x.example/a",
        ),
        ("local:///photos/", "a.jpg", "store:photos/a.jpg"),
        ("s3://bucket/", "a.jpg", "store:a.jpg"),
    ],
)
def test_the_base_goes_before_every_address_that_has_it_not(
    base: str, address: str, image: str
) -> None:
    dialect = Dialect(pairs=DIALECT.pairs, base_url=base, store="s3://bucket")
    assert asked(f"/w:1/plain/{quote(address)}", dialect).image == image
    encoded = urlsafe_b64encode(address.encode()).decode()
    assert asked(f"/w:1/{encoded}", dialect).image == image


@pytest.mark.parametrize("merged", ["local:/", "local://"])
def test_a_local_file_survives_a_proxy_that_merges_slashes(merged: str) -> None:
    url = sign("/w:1/plain/local:///a.jpg", KEY, SALT).replace("local:///", merged)
    found = read(url, DIALECT)
    assert found
    assert found.image == "store:a.jpg"


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("http://", "http:/"),  # merged slashes
        lambda path: path.replace("w:10", "w%3A10"),
        lambda path: path.replace("w:10", "w%3a10").replace("http://", "http:/"),
        lambda path: path.replace("(", "%28").replace("~", "%7E"),
    ],
)
def test_a_signed_url_survives_a_proxy(change: "type[str]") -> None:
    path = "/w:10/plain/http://images.example/a(1)~b.jpg"
    signature = sign(path, KEY, SALT).split("/")[1]
    found = read(f"/{signature}{change(path)}", DIALECT)
    assert found
    assert found.image == "http://images.example/a(1)~b.jpg"
    assert found.message == path


@pytest.mark.parametrize(
    "rest",
    [
        "/w:1",
        "/w:1/plain/",
        "/w:1/plain/@png",
        "/w:1/plain/a@png@png",
        "/w:1/aGk.png.png",
        "/w:1/.png",
        "/w:1/a%2Bb",
        "/w:1/a+b",
        "/w:1/a",  # one character is no byte
        "/w:1/enc/aGk",
    ],
)
def test_an_address_that_is_none_is_refused(rest: str) -> None:
    with pytest.raises(InvalidSource):
        asked(rest)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("resize:fill:100:200:1", Rules(resizing_type="fill", width=100, height=200, enlarge=True)),
        ("rs::100", Rules(width=100)),
        ("rs:fit:100::t", Rules(width=100, enlarge=True)),
        ("size:100:200:1", Rules(width=100, height=200, enlarge=True)),
        ("s::5", Rules(height=5)),
        ("rs:fill:1:2:0:1:so:10:20", Rules(resizing_type="fill", width=1, height=2,
                                           extend=Gravity("so", 10, 20))),
        ("resizing_type:fill-down", Rules(resizing_type="fill-down")),
        ("rt:auto", Rules(resizing_type="auto")),
        ("width:100/h:7", Rules(width=100, height=7)),
        ("mw:1/min-height:2", Rules(min_width=1, min_height=2)),
        ("zoom:2", Rules(zoom_x=2, zoom_y=2)),
        ("z:2:.5", Rules(zoom_x=2, zoom_y=0.5)),
        ("dpr:2.5", Rules(dpr=2.5)),
        ("el:1", Rules(enlarge=True)),
        ("el:f", Rules()),
        ("extend:1", Rules(extend=Gravity())),
        ("ex:1:so:10:20", Rules(extend=Gravity("so", 10, 20))),
        ("ex:1/ex:0", Rules()),
        ("exar:1:fp:0:1", Rules(extend_ratio=Gravity("fp", 0, 1))),
        ("g:soea", Rules(gravity=Gravity("soea"))),
        ("g:no:-10:.25", Rules(gravity=Gravity("no", -10, 0.25))),
        ("gravity:fp:0.5:0.75", Rules(gravity=Gravity("fp", 0.5, 0.75))),
        ("crop:100:200", Rules(crop_width=100, crop_height=200)),
        ("c:0.5", Rules(crop_width=0.5)),
        ("c:100:200:nowe:10:20", Rules(crop_width=100, crop_height=200,
                                       crop_gravity=Gravity("nowe", 10, 20))),
        ("padding:10", Rules(padding=(10, 10, 10, 10))),
        ("pd:1:2", Rules(padding=(1, 2, 1, 2))),
        ("pd:1:2:3", Rules(padding=(1, 2, 3, 2))),
        ("pd:1:2:3:4", Rules(padding=(1, 2, 3, 4))),
        ("pd::2", Rules(padding=(0, 2, 0, 2))),
        ("rotate:-90", Rules(rotate=270)),
        ("rot:450", Rules(rotate=90)),
        ("fl:1", Rules(flip_x=True)),
        ("flip::1", Rules(flip_y=True)),
        ("ar:1", Rules()),
        ("cb:whatever", Rules()),
        ("w:1/w:2", Rules(width=2)),
    ],
)  # fmt: skip
def test_options_that_are_about_geometry(options: str, expected: Rules) -> None:
    assert rules(options) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("blur:0.5", ["blur(0.5)"]),
        ("bl:0", []),
        ("sharpen:0.7", ["sharpen(2,0.7,true)"]),
        ("pix:10", ["pixelate(10)"]),
        ("pix:1", []),
        ("bg:255:128:0", ["background_color(ff8000)"]),
        ("background:Fd0", ["background_color(ffdd00)"]),
        ("bg:fff/bg:", []),
        ("q:55", ["quality(55)"]),
        ("q:0", []),
        ("fq:jpeg:60:webp:50", ["format_quality(jpeg,60)", "format_quality(webp,50)"]),
        ("fq:jpeg:60:webp:50/f:webp", ["format(webp)", "format_quality(webp,50)"]),
        ("fq:jpg:60/q:55", ["quality(55)"]),
        ("mb:1000", ["max_bytes(1000)"]),
        ("f:avif", ["format(avif)"]),
        ("ext:jpg", ["format(jpeg)"]),
        ("strip_metadata:0", ["keep(all)"]),
        ("sm:1/kcr:1", ["keep(copyright)"]),
        ("scp:0", ["keep(icc)"]),
        ("exp:2000000000", ["expire(2000000000000)"]),
        ("att:1", ["attachment()"]),
        ("att:1/fn:a%20b.jpg", ["attachment(a b.jpg)"]),
        ("att:1/fn:w6QuanBn:1", ["attachment(ä.jpg)"]),
        ("att:1/fn:..%2F%22x%22%29", ["attachment(.._ x__)".replace(" ", "_")]),
        ("fn:a.jpg", []),
        ("q:80/bl:2/pix:4/sh:1/bg:000",
         ["blur(2)", "sharpen(2,1,true)", "pixelate(4)", "background_color(000000)",
          "quality(80)"]),
    ],
)  # fmt: skip
def test_options_that_become_filters(options: str, expected: list[str]) -> None:
    assert calls(options) == expected


def test_every_filter_that_a_url_can_become_exists_and_takes_its_arguments() -> None:
    from tintype import filters

    everything = (
        "bl:2/sh:0.01/pix:4/bg:fff/fq:jpeg:60/mb:1000/sm:0/scp:0/exp:2000000000/att:1/fn:x/q:0"
    )
    marked = Dialect(pairs=DIALECT.pairs, watermark="store:mark.png")
    marks = ["wm:1", "wm:.5:soea:10:.2:.3", "wm:.5:nowe:10", "wm:1:re:3:3"]
    for options in (everything, "q:3/f:webp/kcr:1", *marks):
        found = asked(f"/{options}{PLAIN}", marked).transform.filters
        assert filters.parse(found)


def test_trimming_comes_before_everything() -> None:
    found = transform("trim:10/w:100")
    assert found.trim == Trim(Corner.TOP_LEFT, 10)
    assert found.rules is None
    assert found.then
    assert found.then.rules == Rules(width=100)
    assert transform("t:10/t:").trim is None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("w:-1", "'w:-1'"),
        ("w:x", "'w:x'"),
        ("w:1:2", "'w:1:2'"),
        ("w:", "'w:'"),
        ("rs:cover:1:1", "'rs:cover:1:1'"),
        ("rs:fit:1:1:1:1:so:1:1:1", "'rs:"),
        ("el:maybe", "'el:maybe'"),
        ("g:sm:1", "'g:sm:1'"),
        ("g:fp:1", "'g:fp:1'"),
        ("g:fp:2:0", "'g:fp:2:0'"),
        ("g:re", "'g:re'"),
        ("ex:1:sm", "'ex:1:sm'"),
        ("ex:1:re", "'ex:1:re'"),
        ("c:1:1:re", "'c:1:1:re'"),
        ("c:1:1:sm", "gravity sm"),
        ("c:-1", "'c:-1'"),
        ("dpr:0", "'dpr:0'"),
        ("dpr:nan", "'dpr:nan'"),
        ("zoom:1e9", "'zoom:1e9'"),
        ("rot:45", "'rot:45'"),
        ("ar:0", "auto_rotate"),
        ("t:1:ff0000", "trim"),
        ("t:1::1", "trim"),
        ("bg:256:0:0", "'bg:256:0:0'"),
        ("bg:1:2", "'bg:1:2'"),
        ("bg:ggg", "'bg:ggg'"),
        ("q:101", "'q:101'"),
        ("fq:jpeg", "'fq:jpeg'"),
        ("fq:svg:1", "'svg'"),
        ("f:svg", "'svg'"),
        ("f:best", "'best'"),
        ("exp:99999999999", "'exp:99999999999'"),
        ("wm:1", "watermark"),
        ("wm:2", "'wm:2'"),
        ("wm:1:so:1", "watermark"),
        ("raw:1", "'raw'"),
        ("skp:jpg", "'skp'"),
        ("mrd:1", "'mrd'"),
        ("pr:none", "'none'"),
        ("br:10", "'br' is one of imgproxy Pro"),
        ("crop_ar:1", "'crop_ar' is one of imgproxy Pro"),
        ("hashsum:md5:x", "'hashsum' is one of imgproxy Pro"),
        ("frobnicate:1", "'frobnicate'"),
        ("Width:1", "'Width'"),
        (":1", "''"),
    ],
)
def test_a_wrong_or_unknown_option_is_refused_and_named(options: str, named: str) -> None:
    with pytest.raises(InvalidTransform) as caught:
        transform(options)
    assert named in caught.value.message
    assert caught.value.remedy


PRESETS = read_presets(
    ["default=q:70/w:50", "sharp=sharpen:0.7/format:jpg", "small=preset:sharp:small/w:10"]
)
WITH_PRESETS = Dialect(pairs=DIALECT.pairs, presets=PRESETS)


def test_presets_are_put_in_and_the_default_goes_before() -> None:
    found = asked(f"/pr:small{PLAIN}", WITH_PRESETS).transform
    assert found.rules == Rules(width=10)
    assert [str(c) for c in found.filters] == [
        "sharpen(2,0.7,true)",
        "format(jpeg)",
        "quality(70)",
    ]
    assert asked(PLAIN, WITH_PRESETS).transform.rules == Rules(width=50)
    assert asked(f"/w:7{PLAIN}", WITH_PRESETS).transform.rules == Rules(width=7)


def test_with_presets_only_the_first_part_names_them() -> None:
    only = Dialect(pairs=DIALECT.pairs, presets=PRESETS, only_presets=True)
    found = asked(f"/sharp:small{PLAIN}@png", only)
    assert found.image == "http://images.example/lorem/ipsum.jpg"
    assert found.transform.rules == Rules(width=10)
    for path in (f"/w:100{PLAIN}", PLAIN):
        with pytest.raises(InvalidTransform, match="no preset"):
            asked(path, only)


@pytest.mark.parametrize("text", ["a", "a=", "=w:1", "a=frob:1", "a=pr:b", "a=w:x"])
def test_a_preset_that_makes_no_sense_is_found_at_the_start(text: str) -> None:
    with pytest.raises(InvalidTransform):
        read_presets([text])


def test_presets_within_presets_end() -> None:
    everyone = "pr:" + ":".join(f"p{i}" for i in range(5))
    many = read_presets([f"p{i}={everyone}/w:{i + 1}" for i in range(5)])
    found = asked(f"/pr:p4{PLAIN}", Dialect(pairs=DIALECT.pairs, presets=many))
    assert found.transform.rules == Rules(width=5)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_signed_text_is_read_or_refused(text: str) -> None:
    path = "/w:1/" + quote(text, safe="/:@%")
    try:
        asked(path)
    except (InvalidTransform, InvalidSource):
        return


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_any_unsigned_text_is_refused_or_of_another_grammar(text: str) -> None:
    try:
        assert read(text, DIALECT) is None
    except SignatureRefused:
        return


def test_equal_requests_have_equal_paths_whatever_their_spelling() -> None:
    spellings = ["rs:fill:300:200/q:80", "q:80/s:300:200/rt:fill", "w:1/w:300/h:200/rt:fill/q:80"]
    assert len({transform(s).path() for s in spellings}) == 1
    assert transform("rs:fill:300:201/q:80").path() != transform(spellings[0]).path()

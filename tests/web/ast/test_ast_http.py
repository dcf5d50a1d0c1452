"""The edge of the old thumbnail service: addresses, limits, redirects, pictures, what is queued."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from servers import api, raw
from tintype.catalog import Session, sites
from tintype.catalog.tables import JobItem
from tintype.signed_requests import AccessKey
from web.ast.conftest import JPEG, Alexa, key_of
from web.ast.wire import Reply, Wire, query, signature, signed, timestamp

ADDRESSES = [
    "http://ast.amazonaws.com/",
    "http://ast.amazonaws.com/xino",
    "http://ast.amazonaws.com/xino/",
    "http://ast.amazonaws.com/Xino",
    "http://ast.amazonaws.com/Xino/",
    "http://awis.amazonaws.com:80/xino/xml",
    "http://AST.amazonaws.com/",
    "http://any.example/ast",
    "http://any.example/ast/",
    "http://any.example/ast/Xino/",
    "http://any.example/ast/xino/xml",
]


def picture_in(reply: Reply) -> tuple[str, str]:
    """Whether there is one, and where."""
    match = re.search(r'<aws:Thumbnail Exists="(\w+)">([^<]+)<', reply.text)
    assert match, reply
    return match[1], match[2].replace("&amp;", "&")


def code_in(reply: Reply) -> str:
    match = re.search(r"<Code>(\w+)</Code>", reply.text)
    assert match, reply
    return match[1]


def ask(alexa: Alexa, address: str = ADDRESSES[0], **parameters: str) -> Reply:
    return alexa.wire.ask(f"{address}?{query(signed(alexa.key, **parameters))}")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("way", ["query", "form", "query and empty body"])
def test_every_address_answers_every_way_of_asking(alexa: Alexa, address: str, way: str) -> None:
    alexa.has("kelvinism_com")
    parameters = query(signed(alexa.key, Url="kelvinism.com"))
    if way == "form":
        reply = alexa.wire.ask(address, parameters.encode())
    else:
        reply = alexa.wire.ask(f"{address}?{parameters}", None if way == "query" else b"")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/xml; charset=UTF-8"
    assert picture_in(reply)[0] == "true"


def test_head_says_what_get_would_and_sends_nothing(alexa: Alexa) -> None:
    url = f"{ADDRESSES[0]}?{query(signed(alexa.key, Url='kelvinism.com'))}"
    reply = alexa.wire.ask(url, method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 100


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_other_method_is_known(alexa: Alexa, method: str) -> None:
    reply = alexa.wire.ask(ADDRESSES[0], method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST")


def test_other_addresses_of_the_host_are_those_of_the_service(alexa: Alexa) -> None:
    assert alexa.wire.ask("http://ast.amazonaws.com/healthz").text == "ok\n"
    assert "Tintype" in alexa.wire.ask("http://other.example/").text
    assert alexa.wire.ask("http://any.example/ast/nothing").status == 404


def test_the_url_of_a_picture_needs_no_key_and_is_that_of_a_picture(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    _, url = picture_in(ask(alexa, Url="kelvinism.com"))
    reply = alexa.wire.ask(url)
    assert (reply.status, reply.body) == (200, JPEG + b"L")
    assert reply.headers["content-type"] == "image/jpeg"
    again = alexa.wire.ask(url, if_none_match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert alexa.wire.ask(url, method="HEAD").headers["content-length"] == str(len(reply.body))


def test_the_url_of_a_picture_is_good_for_that_picture_and_its_time(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    _, url = picture_in(ask(alexa, Url="kelvinism.com"))
    expires = parse_qs(urlsplit(url).query)["Expires"][0]
    others = [
        url.replace("kelvinism_com.jpg", "kelvinism_comSM.jpg"),
        url.replace(expires, str(int(expires) + 1)),
        url.replace("/sites/", "/sites/../"),
        url[:-1],
        url.partition("?")[0],
        url.replace("Expires=", "Expires=x"),
        url.replace("/sites/", "/%FF/"),
        "http://ast.amazonaws.com/ast/pictures/",
    ]
    assert {alexa.wire.ask(other).status for other in others} == {403}


@pytest.mark.parametrize(("size", "pixels"), [("Large", (201, 147)), ("Small", (111, 82))])
def test_a_missing_picture_is_the_default_one_in_the_size_that_was_asked_for(
    alexa: Alexa, host: str, size: str, pixels: tuple[int, int]
) -> None:
    exists, url = picture_in(ask(alexa, Url=host, Size=size))
    assert exists == "false"
    picture = alexa.wire.ask(url)
    assert picture.headers["content-type"] == "image/gif"
    assert picture.body[:6] in {b"GIF87a", b"GIF89a"}
    width, height = (int.from_bytes(picture.body[n : n + 2], "little") for n in (6, 8))
    assert (width, height) == pixels


def test_a_missing_picture_is_queued_once_and_a_url_that_is_none_is_not(
    alexa: Alexa, host: str
) -> None:
    for _ in range(3):
        ask(alexa, **{"Thumbnail.1.Url": host, "Thumbnail.2.Url": "http://no host/"})
    slug = host.replace(".", "_")

    def waiting() -> list[str]:
        def work(session: Session) -> list[str]:
            site = sites.find(session, "", slug)
            return [site.url, site.job_id] if site and site.job_id else []

        return alexa.api.catalog.read_now(work)

    url, job_id = awaited(waiting)
    assert url == f"http://{host}/"

    def queued(session: Session) -> list[str]:
        of_batch = select(JobItem.args).where(JobItem.batch_id == job_id)
        return [args["key"] for args in session.scalars(of_batch)]

    assert alexa.api.catalog.read_now(queued) == [slug]


def awaited(work: Callable[[], list[str]]) -> list[str]:
    """What is written behind the answer, as soon as it is."""
    for _ in range(200):
        if found := work():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing was written within ten seconds")


def test_other_users_see_their_own_pictures_only(alexa: Alexa, host: str) -> None:
    slug = host.replace(".", "_")
    alexa.has(slug)
    person = alexa.api.person()
    key = key_of(alexa.api, person.id)
    mine = Alexa(alexa.api, key, alexa.wire)
    assert picture_in(ask(alexa, Url=host))[0] == "true"
    assert picture_in(ask(mine, Url=host))[0] == "false"
    alexa.has(slug, f"user-sites/{person.id}/")
    exists, url = picture_in(ask(mine, Url=host))
    assert exists == "true"
    assert alexa.wire.ask(url).body == JPEG + b"L"


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"Signature": "d3Jvbmc="}, "SignatureDoesNotMatch", 403),
        ({"AWSAccessKeyId": "TTAK0000000000000000"}, "InvalidClientTokenId", 403),
        ({"AWSAccessKeyId": "ü" * 200}, "InvalidClientTokenId", 403),
        ({"Action": "UrlInfo"}, "InvalidAction", 400),
        ({"Action": ""}, "MissingAction", 400),
        ({"Url": ""}, "MissingParameter", 400),
        ({"Url": "x\0y"}, "", 200),
    ],
    ids=["signature", "key", "strange key", "action", "no action", "no url", "zero in url"],
)
def test_what_is_wrong_is_told_in_the_shape_of_its_time(
    alexa: Alexa, change: dict[str, str], code: str, status: int
) -> None:
    parameters = signed(alexa.key, Url="kelvinism.com") | change
    reply = alexa.wire.ask(f"{ADDRESSES[0]}?{query(parameters)}")
    assert reply.status == status
    if code:
        assert code_in(reply) == code
        assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>')


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_request_of_another_time_has_expired(alexa: Alexa, minutes: int) -> None:
    then = timestamp(timedelta(minutes=minutes))
    signed_then = signature(alexa.key.secret, f"Thumbnail{then}")
    parameters = signed(alexa.key, Url="a.example")
    parameters |= {"Timestamp": then, "Signature": signed_then}
    assert code_in(alexa.wire.ask(f"{ADDRESSES[0]}?{query(parameters)}")) == "RequestExpired"


def test_a_key_for_other_things_is_none_for_this(alexa: Alexa) -> None:
    key = key_of(alexa.api, alexa.api.admin.id, ["users:read"])
    assert (
        code_in(ask(Alexa(alexa.api, key, alexa.wire), Url="a.example")) == "InvalidClientTokenId"
    )


def test_a_signature_that_nobody_encoded_is_read_all_the_same(alexa: Alexa) -> None:
    parameters = signed(alexa.key, Url="kelvinism.com")
    for second in range(60):  # some signature has a plus
        then = timestamp(timedelta(seconds=-second))
        made = signature(alexa.key.secret, f"Thumbnail{then}")
        if "+" in made:
            parameters |= {"Timestamp": then}
            break
    del parameters["Signature"]
    assert "+" in made
    reply = alexa.wire.ask(f"{ADDRESSES[0]}?{query(parameters)}&Signature={made}")
    assert reply.status == 200


def test_a_body_is_bounded(alexa: Alexa) -> None:
    reply = alexa.wire.ask(ADDRESSES[0], b"a" * 70_000)
    assert (reply.status, code_in(reply)) == (413, "InvalidRequest")


def test_a_redirect_leads_to_the_default_picture_or_that_of_the_page(
    alexa: Alexa, host: str
) -> None:
    mine = "https://page.example/none.png"
    plain = ask(alexa, action="Redirect", Url=host)
    assert (plain.status, plain.headers["location"]) == (
        302,
        "http://ast.amazonaws.com/ast/coming-soon-large.gif",
    )
    assert ask(alexa, action="Redirect", Url=host, DefaultImage=mine).headers["location"] == mine


def test_a_redirect_leads_no_browser_away_that_shows_a_page(alexa: Alexa, host: str) -> None:
    parameters = signed(alexa.key, "Redirect", Url=host, DefaultImage="https://evil.example/")
    url = f"{ADDRESSES[0]}?{query(parameters)}"
    as_image = alexa.wire.ask(url, sec_fetch_dest="image").headers["location"]
    as_page = alexa.wire.ask(url, sec_fetch_dest="document").headers["location"]
    assert as_image == "https://evil.example/"
    assert as_page == "http://ast.amazonaws.com/ast/coming-soon-large.gif"
    # Over plain HTTP browsers send no Sec-Fetch-Dest.
    plainly = "text/html,application/xhtml+xml,image/avif,*/*;q=0.8"
    assert alexa.wire.ask(url, accept=plainly).headers["location"] == as_page
    assert alexa.wire.ask(url, accept="image/avif,*/*;q=0.8").headers["location"] == as_image


UNSIGNED = "http://pthumbnails.alexa.com/image_server.cgi"


@pytest.mark.parametrize(
    ("parameters", "referrer", "status"),
    [
        ({"url": "http://example.org/"}, "", 200),
        ({"url": "www.example.org"}, "", 200),
        ({"url": "blog.example.com"}, "", 200),
        ({"url": "example.com"}, "", 403),
        ({"url": "http://other.example/"}, "", 403),
        ({"url": "http://example.org@other.example/"}, "", 400),
        ({"url": "http://other.example/"}, "http://page.example/list", 200),
        ({"url": "http://other.example/"}, "http://page.example.evil.example/", 403),
        ({"url": "http://other.example/"}, "http://[page.example", 403),
        ({"url": ""}, "", 400),
        ({}, "", 400),
        ({"url": "javascript:alert(1)"}, "", 400),
    ],
    ids=lambda value: str(value)[:60],
)
def test_unsigned_pictures_are_for_some_sites_and_some_pages(
    alexa: Alexa, parameters: dict[str, str], referrer: str, status: int
) -> None:
    for address in (UNSIGNED, "http://any.example/ast/image_server.cgi"):
        reply = alexa.wire.ask(f"{address}?{query(parameters)}", referer=referrer)
        assert reply.status == status
        if status == 200:
            assert reply.headers["content-type"] in {"image/gif", "image/jpeg"}


def test_an_unsigned_default_picture_is_not_kept_for_the_real_one(alexa: Alexa) -> None:
    reply = alexa.wire.ask(f"{UNSIGNED}?url=nothing.example.com&size=small")
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == (
        "image/gif",
        "no-store",
    )


def test_the_log_has_no_signature_that_would_be_good_for_any_site(alexa: Alexa) -> None:
    parameters = signed(alexa.key, Url="logged.example.org")
    alexa.wire.ask(f"{ADDRESSES[0]}?{query(parameters)}")
    lines = awaited(
        lambda: [line for line in alexa.api.service.lines if "logged.example.org" in line]
    )
    assert "Signature=-&" in lines[0]


junk = st.one_of(st.text(max_size=20), st.sampled_from(["Thumbnail", "Redirect", "Small", "20"]))
NAMES = (
    "Action Url Size Shared.Size Thumbnail.Shared.Size Thumbnail.1.Url Thumbnail.01.Url"
    " Thumbnail.9999.Url Thumbnail.1.Size Service DefaultImage Timestamp Signature"
)
names = st.one_of(junk, st.sampled_from(NAMES.split(" ")))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.dictionaries(names, junk, max_size=6), tail=st.binary(max_size=30))
def test_no_query_is_answered_with_a_failure(
    alexa: Alexa, changes: dict[str, str], tail: bytes
) -> None:
    parameters = signed(alexa.key, Url="kelvinism.com") | {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in changes.items()
    }
    body = query(parameters).encode() + b"&" + tail
    for address in (ADDRESSES[0], UNSIGNED):
        reply = alexa.wire.ask(address, body if address == ADDRESSES[0] else None)
        assert reply.status < 500, reply


def _says_nothing(visit: raw.Visit) -> None:
    while True:
        visit.head()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alexa]:
    """A service whose store says nothing, whose keys may ask three times, without a host name."""
    with (
        raw.serving(_says_nothing) as silent,
        api.running(
            tmp_path_factory.mktemp("strict"),
            ast_path=True,
            ast_rate=3,
            api_anonymous_rate=4,
            store="s3://bucket/x",
            s3_endpoint=silent.endpoint,
            s3_access_key_id="a",
            s3_secret_access_key="b",
            s3_read_timeout=1,
            s3_retries=0,
            jobs_embedded=False,
        ) as running,
    ):
        key = key_of(running, running.admin.id)
        yield Alexa(running, key, Wire(running.service.port))


BELOW = "http://any.example/ast/"


def test_a_store_that_does_not_answer_has_no_picture_and_nobody_waits_for_it(
    strict: Alexa,
) -> None:
    key = key_of(strict.api, strict.api.admin.id)
    for _ in range(3):
        # The clients in PHP and Ruby give up after two seconds.
        parameters = query(signed(key, Url="a.example"))
        assert picture_in(strict.wire.ask(f"{BELOW}?{parameters}", timeout=2))[0] == "false"


def test_a_key_may_ask_so_often(strict: Alexa) -> None:
    key = key_of(strict.api, strict.api.admin.id)
    mine = Alexa(strict.api, key, strict.wire)
    replies = [ask(mine, BELOW, Url="http://no host/") for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 503]
    assert code_in(replies[-1]) == "RequestLimitExceeded"
    assert int(replies[-1].headers["retry-after"]) > 0


def test_guesses_count_by_the_address_that_they_come_from(strict: Alexa) -> None:
    wrong = query(signed(AccessKey("TTAK0000000000000000", "x"), Url="a.example"))
    codes = [code_in(strict.wire.ask(f"{BELOW}?{wrong}")) for _ in range(5)]
    assert codes == ["InvalidClientTokenId"] * 4 + ["RequestLimitExceeded"]


def test_what_is_not_set_is_not_there(strict: Alexa) -> None:
    assert strict.wire.ask(f"{BELOW}image_server.cgi?url=example.org").status == 404
    assert "Tintype" in strict.wire.ask("http://ast.amazonaws.com/").text

"""Other people's code: one signer is accepted by our provider, and our signer by one verifier."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from oauth1.test_auth import Echo, echoing
from servers import npm
from servers.debian import AbsentError
from tintype.flickr.demo.serving import serving
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, State
from tintype.oauth1 import Consumer, Signing, Token
from tintype.oauth1.auth import OAuth1

FOREIGN = Path(__file__).parent / "foreign"
CONSUMER = {"key": APP_KEY, "secret": APP_SECRET}
REST = "/services/rest/"
LOGIN = {"method": "flickr.test.login", "format": "json", "nojsoncallback": "1"}


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        return npm.packages(FOREIGN)
    except AbsentError as error:
        pytest.skip(f"no packages of npm's: {error}")


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    with echoing() as server:
        yield server


def run(packages: Path, script: str, given: dict[str, Any]) -> list[str]:
    done = npm.run(packages, FOREIGN / script, json.dumps(given))
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_a_foreign_signer_is_accepted_by_the_provider(packages: Path) -> None:
    """Queries and forms with all that is odd; and a wrong secret is refused, so it does look."""
    odd = {"a": "ä ö+~*!'()", "text": "日本 📷", "empty": "", "json": '{"a":[1]}'}
    state = State()
    grant = state.grant_directly()
    with serving(state) as base, httpx2.Client() as client:
        url = f"{base}{REST}"
        queried = f"{url}?{urlencode(LOGIN | odd, quote_via=quote)}"  # it reads no + as a blank
        asked = [
            {"url": queried, "method": "GET"},
            {"url": url, "method": "POST", "data": LOGIN | odd},
            {"url": f"{url}?{urlencode(LOGIN)}", "method": "POST", "data": odd},
        ]
        token = {"key": grant.key, "secret": grant.secret}
        signed = run(packages, "sign.js", {"consumer": CONSUMER, "token": token, "requests": asked})
        for request, header in zip(asked, signed, strict=True):
            answer = client.request(
                str(request["method"]),
                str(request["url"]),
                data=request.get("data"),  # type: ignore[arg-type]
                headers={"authorization": header},
            )
            assert "12345678@N00" in answer.text, answer.text
            again = client.get(queried, headers={"authorization": header})
            assert "nonce_used" in again.text
        wrong = {"consumer": CONSUMER | {"secret": "x"}, "token": token, "requests": asked[:1]}
        header = run(packages, "sign.js", wrong)[0]
        refused = client.get(queried, headers={"authorization": header})
        assert refused.text.startswith("oauth_problem=signature_invalid&debug_sbs=GET&http%3A")


def test_our_signer_is_accepted_by_a_foreign_verifier(packages: Path, echo: Echo) -> None:
    """By passport-http-oauth, for every kind of body; and not with a wrong secret. It knows no two
    parameters of one name.
    """
    token = Token("a token", "s&cret ü")
    signing = Signing(Consumer("the key", "c%20 ö"), token)
    query = {"q": "ä ö+~*!'()", "x[]": "日本 📷", "empty": ""}
    bodies: list[dict[str, Any]] = [
        {},
        {"data": {"status": "Hello Ladies + Gentlemen", "b[]": "1", "ü": "~"}},
        {"json": {"text": "ä"}},
        {"data": {"a": "b"}, "files": {"f": ("n.png", b"\x89PNG\xff")}},
        {"content": b"a=b", "headers": {"content-type": "text/plain"}},
    ]
    with httpx2.Client(base_url=echo.url) as client:
        for body in bodies:
            client.post("/a%20b/?" + urlencode(query), auth=OAuth1(signing), **body)
        client.get("/plain", auth=OAuth1(signing))
    requests = [
        {"method": method, "path": path, "headers": headers, "body": body.decode("latin-1")}
        for method, path, headers, body in echo.seen
    ]
    given = {"consumer": asdict(signing.consumer), "token": asdict(token), "requests": requests}
    assert run(packages, "verify.js", given) == ["ok"] * len(requests)
    given["token"] = {"key": token.key, "secret": "another"}
    said = run(packages, "verify.js", given)
    assert all("signature_invalid" in each for each in said)

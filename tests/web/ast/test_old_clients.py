"""The logic of clients of 2005 to 2008, in today's Python, against the running service.

What each does to an answer is what it did; only how it reaches the host is ours.
"""

import re
import xml.dom.minidom
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tintype.signed_requests import AccessKey
from web.ast.conftest import JPEG, Alexa
from web.ast.wire import Wire, query, signature, signed, timestamp


@dataclass(frozen=True)
class Site:
    url: str
    slug: str


class Kelvinism:
    """The Python of 2007: a signed form of all sites, each picture saved under its slug."""

    def __init__(self, wire: Wire, key: AccessKey, storeloc: Path) -> None:
        self.wire, self.key, self.storeloc = wire, key, storeloc

    def create_thumbnail_list(self, sites: Sequence[Site]) -> None:
        sites = [s for s in sites if not (self.storeloc / f"{s.slug}SM.jpg").exists()]
        parameters = signed(self.key) | {"Thumbnail.Shared.Size": "Small"}
        for count, site in enumerate(sites, 1):
            parameters[f"Thumbnail.{count}.Url"] = site.url
        ast_url = "http://ast.amazonaws.com/?"
        result_xmlstr = self.wire.ask(ast_url, query(parameters).encode()).body
        result_xml = xml.dom.minidom.parseString(result_xmlstr)
        for count, site in enumerate(sites):
            found = result_xml.childNodes[0].getElementsByTagName("aws:Thumbnail")[count]
            self.urlretrieve(found.firstChild.data, f"{site.slug}SM.jpg")

    def create_thumbnail(self, site: Site, img_size: str) -> None:
        parameters = signed(self.key) | {"Url": site.url, "Size": img_size}
        answer = self.wire.ask("http://ast.amazonaws.com/?", query(parameters).encode()).body
        result_xml = xml.dom.minidom.parseString(answer)
        found = result_xml.childNodes[0].getElementsByTagName("aws:Thumbnail")[0]
        self.urlretrieve(found.firstChild.data, f"{site.slug}.jpg")

    def urlretrieve(self, url: str, name: str) -> None:
        (self.storeloc / name).write_bytes(self.wire.ask(url).body)


def test_kelvinisms_two_sites_are_saved_under_their_slugs(alexa: Alexa, tmp_path: Path) -> None:
    sites = [Site("kelvinism.com", "kelvinism_com"), Site("http://alexa.com/", "alexa_com")]
    for site in sites:
        alexa.has(site.slug)
    client = Kelvinism(alexa.wire, alexa.key, tmp_path)
    client.create_thumbnail_list(sites)
    client.create_thumbnail(sites[0], "Large")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "kelvinism_comSM.jpg": JPEG + b"S",
        "alexa_comSM.jpg": JPEG + b"S",
        "kelvinism_com.jpg": JPEG + b"L",
    }


def test_kelvinisms_pairing_holds_where_one_has_no_picture_and_one_is_none(
    alexa: Alexa, tmp_path: Path, host: str
) -> None:
    alexa.has("kelvinism_com")
    sites = [Site(host, "new"), Site("http://no such host/", "bad"), Site("kelvinism.com", "old")]
    Kelvinism(alexa.wire, alexa.key, tmp_path).create_thumbnail_list(sites)
    kinds = {path.name: path.read_bytes()[:3] for path in tmp_path.iterdir()}
    assert kinds == {"newSM.jpg": b"GIF", "badSM.jpg": b"GIF", "oldSM.jpg": JPEG[:3]}


def of_2005(key: AccessKey, **parameters: str) -> dict[str, str]:
    """The parameters of a client that names its service, and signs it, too."""
    now = timestamp()
    text = f"AlexaSiteThumbnailThumbnail{now}"
    return {
        "Service": "AlexaSiteThumbnail",
        "Action": "Thumbnail",
        "AWSAccessKeyId": key.id,
        "Timestamp": now,
        "Signature": signature(key.secret, text),
        **parameters,
    }


def test_the_regular_expression_in_ruby_finds_the_picture(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    url = "http://ast.amazonaws.com/?" + query(signed(alexa.key, Url="kelvinism.com"))
    text = alexa.wire.ask(url, timeout=2).text
    match = re.search(r"<aws:thumbnail[^>]+exists=\"true\">(.+?)</", text, re.IGNORECASE)
    assert match
    found = re.sub("&amp;", "&", match[1])
    assert alexa.wire.ask(found).body == JPEG + b"L"


def test_the_regular_expression_in_ruby_finds_none_where_there_is_none(
    alexa: Alexa, host: str
) -> None:
    url = "http://ast.amazonaws.com/?" + query(signed(alexa.key, Url=host))
    text = alexa.wire.ask(url, timeout=2).text
    assert not re.search(r"<aws:thumbnail[^>]+exists=\"true\">(.+?)</", text, re.IGNORECASE)


def test_amazons_own_php_pairs_responses_by_their_place(alexa: Alexa, host: str) -> None:
    alexa.has("kelvinism_com")
    urls = [host, "kelvinism.com", "::", "www.kelvinism.com."]
    batch = {f"Thumbnail.{n}.Url": url for n, url in enumerate(urls, 1)}
    parameters = of_2005(alexa.key, **batch, **{"Shared.Size": "Large"})
    answer = alexa.wire.ask("http://ast.amazonaws.com/xino/?" + query(parameters), timeout=2)
    document = xml.dom.minidom.parseString(answer.body)
    found = []
    for number in range(len(urls)):
        response = document.getElementsByTagNameNS("*", "Response")[number]
        thumbnail = response.getElementsByTagNameNS("*", "Thumbnail")[0]
        found.append(thumbnail.getAttribute("Exists") == "true")
    assert found == [False, True, False, False]
    assert len(document.getElementsByTagNameNS("*", "Response")) == len(urls)
    told = [one.firstChild.data for one in document.getElementsByTagNameNS("*", "RequestUrl")]
    assert told == urls


def test_the_thumbshooter_in_php_unescapes_what_it_finds(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    url = "http://ast.amazonaws.com/Xino/?" + query(of_2005(alexa.key, Url="http://kelvinism.com"))
    match = re.search(r"<aws:thumbnail\s+([^>]+)>([^<]+)", alexa.wire.ask(url).text, re.IGNORECASE)
    assert match
    assert match[1] == 'Exists="true"'
    assert alexa.wire.ask(unescape(match[2])).body == JPEG + b"L"


NAMES = {"aws": "http://ast.amazonaws.com/doc/2005-10-05/"}


def test_the_module_in_perl_walks_by_paths_and_posts_an_empty_body(alexa: Alexa, host: str) -> None:
    alexa.has("kelvinism_com")
    urls = {"Thumbnail.1.Url": "http://kelvinism.com", "Thumbnail.2.Url": f"http://{host}"}
    parameters = signed(alexa.key) | urls | {"Shared.Size": "Small"}
    answer = alexa.wire.ask("http://ast.amazonaws.com/xino/?" + query(parameters), b"")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == "{http://ast.amazonaws.com/doc/2005-10-05/}ThumbnailResponse"
    found = {}
    for result in root.findall("aws:Response/aws:ThumbnailResult", NAMES):
        thumbnail = result.find("aws:Thumbnail", NAMES)
        assert thumbnail is not None
        found[result.findtext("aws:RequestUrl", namespaces=NAMES)] = thumbnail.get("Exists")
    assert found == {"http://kelvinism.com": "true", f"http://{host}": "false"}


def test_the_module_in_perl_reads_errors_without_a_prefix(alexa: Alexa) -> None:
    parameters = signed(alexa.key, Url="kelvinism.com") | {"Signature": "wrong"}
    answer = alexa.wire.ask("http://ast.amazonaws.com/xino/?" + query(parameters), b"")
    assert answer.status == 403
    # XPath: //*[name()="Code"]
    root = ElementTree.fromstring(answer.body)
    assert [e.text for e in root.iter("Code")] == ["SignatureDoesNotMatch"]
    assert [bool(e.text) for e in root.iter("Message")] == [True]
    assert [bool(e.text) for e in root.iter("RequestID")] == [True]


def as_object(element: ElementTree.Element) -> Any:
    """What the zimlet makes of XML: members by local names, attributes among them."""
    members = {child.tag.rpartition("}")[2]: as_object(child) for child in element}
    members |= element.attrib
    return members or (element.text or "")


def test_the_zimlet_follows_its_path_to_exists(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    url = "http://ast.amazonaws.com/xino/?" + query(of_2005(alexa.key, Url="kelvinism.com"))
    res = as_object(ElementTree.fromstring(alexa.wire.ask(url).body))
    assert res["Response"]["ResponseStatus"]["StatusCode"] == "Success"
    assert res["Response"]["ThumbnailResult"]["Thumbnail"]["Exists"] == "true"


def test_an_img_of_2006_is_redirected_to_its_picture(alexa: Alexa) -> None:
    alexa.has("kelvinism_com")
    now = timestamp()
    parameters = {
        "Action": "Redirect",
        "Service": "AlexaSiteThumbnail",
        "AWSAccessKeyId": alexa.key.id,
        "Timestamp": now,
        "Signature": signature(alexa.key.secret, f"AlexaSiteThumbnailRedirect{now}"),
        "Url": "kelvinism.com",
        "Size": "Small",
    }
    answer = alexa.wire.ask("http://ast.amazonaws.com/Xino/?" + query(parameters))
    assert answer.status == 302
    assert alexa.wire.ask(answer.headers["location"]).body == JPEG + b"S"


def test_an_older_page_shows_pictures_without_a_signature(alexa: Alexa) -> None:
    alexa.has("example_org")
    url = "http://pthumbnails.alexa.com/image_server.cgi?id=mine&size=small&url=http://example.org"
    answer = alexa.wire.ask(url)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.body == JPEG + b"S"

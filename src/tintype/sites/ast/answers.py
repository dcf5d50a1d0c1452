"""Answers, byte for byte as clients expect them. Sources: recorded answers of 2006 and 2007.

What the parsers force: the prefix is `aws:`, the namespace that of 2005-10-05; nothing stands
before the root but the declaration; `Exists` is the last attribute, in double quotes; every URL has
its Response, in order, and a Thumbnail with a text on one line without blanks around it, also where
there is no picture; `&amp;` is the only entity, since one client knows no other. Errors have no
prefix, and spell RequestID with two capitals.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from tintype.sites.ast import Given

NAMESPACE = "http://ast.amazonaws.com/doc/2005-10-05/"
CONTENT_TYPE = b"text/xml; charset=UTF-8"
_HEAD = f'<?xml version="1.0"?><aws:ThumbnailResponse xmlns:aws="{NAMESPACE}">'
# What XML cannot hold, or only as an entity: percent-encoded, as a URL would have it.
_AWKWARD = re.compile("[\\s\x00-\x20<>\"'\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def thumbnails(request_id: str, given: Sequence[Given]) -> bytes:
    """The answer to Action=Thumbnail: a Response for each URL, in their order."""
    responses = "".join(_response(request_id, each) for each in given)
    return f"{_HEAD}{responses}</aws:ThumbnailResponse>".encode()


def _response(request_id: str, given: Given) -> str:
    exists = "true" if given.exists else "false"
    return (
        "<aws:Response>"
        f"<aws:OperationRequest><aws:RequestId>{_text(request_id)}</aws:RequestId>"
        "</aws:OperationRequest>"
        f'<aws:ThumbnailResult><aws:Thumbnail Exists="{exists}">{_text(given.picture)}'
        f"</aws:Thumbnail><aws:RequestUrl>{_text(given.url)}</aws:RequestUrl></aws:ThumbnailResult>"
        "<aws:ResponseStatus><aws:StatusCode>Success</aws:StatusCode></aws:ResponseStatus>"
        "</aws:Response>"
    )


def error(request_id: str, code: str, message: str) -> bytes:
    """The answer to what cannot be answered, in the shape of EC2's errors of that time."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{_text(code)}</Code><Message>{_sentence(message)}"
        f"</Message></Error></Errors><RequestID>{_text(request_id)}</RequestID></Response>"
    ).encode()


def _text(url: str) -> str:
    """A URL as a text node that needs no entity but one."""
    return _AWKWARD.sub(_percent, url).replace("&", "&amp;")


def _sentence(text: str) -> str:
    """Words as a text node: blanks stay, what would need an entity is percent-encoded."""
    return " ".join(_text(word) for word in text.split())


def _percent(match: re.Match[str]) -> str:
    return quote(match[0].encode("utf-8", "surrogatepass"), safe="")

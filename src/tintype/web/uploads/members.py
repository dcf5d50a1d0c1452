"""Members: what the JSON and the query of a request say, read one by one. All are claims."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tintype.errors import InvalidRequest

MOST_FIELDS = 200


class Members:
    """The members of a JSON object, or the pairs of a query. InvalidRequest for what does not fit.

    Others are ignored: these are other people's protocols, which grow.
    """

    def __init__(self, values: object) -> None:
        if not isinstance(values, dict):
            raise InvalidRequest("The body is no JSON object.")
        self._values: dict[str, Any] = values

    @classmethod
    def of_query(cls, query: bytes) -> "Members":
        """The pairs of a query; of several with one name the last counts."""
        try:
            text = query.decode("ascii")
            pairs = parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
            )
        except ValueError:
            raise InvalidRequest("The query cannot be read.") from None
        return cls(dict(pairs))

    def text(self, name: str, *, longest: int = 1024, needed: bool = False) -> str:
        """A text; empty where there is none, unless it is `needed`."""
        value = self._values.get(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value):
            raise InvalidRequest(f"{name}: a text is needed.")
        if len(value) > longest or not value.isprintable():
            raise InvalidRequest(f"{name}: that text is too long, or cannot be shown.")
        return value

    def number(self, name: str) -> int | None:
        """A whole number, also as digits in a text; None where there is none."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 13:
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
            return value
        raise InvalidRequest(f"{name}: a whole number is needed.")

    def flag(self, name: str) -> bool:
        """True or false; false where there is none."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise InvalidRequest(f"{name}: true or false is needed.")
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        """The members of an object in the object; none where there is none."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or len(value) > MOST_FIELDS:
            raise InvalidRequest(f"{name}: an object is needed.")
        return value

    def bracketed(self, name: str) -> Mapping[str, object]:
        """The pairs of a query that are called `name[…]`, by what is in the brackets."""
        return {
            key[len(name) + 1 : -1]: value
            for key, value in self._values.items()
            if key.startswith(f"{name}[") and key.endswith("]")
        }

    def parts(self) -> dict[int, str]:
        """ETags by the number of their part, of the member `parts`, as S3 calls them."""
        found: dict[int, str] = {}
        listed = self._values.get("parts")
        if not isinstance(listed, list) or len(listed) > 10_000:
            raise InvalidRequest("parts: a list of parts is needed.")
        for each in listed:
            part = Members(each)
            number = part.number("PartNumber")
            if number is None:
                raise InvalidRequest("parts: a part has no PartNumber.")
            found[number] = part.text("ETag", needed=True)
        return found

"""Looking before writing: an object is created only where none is."""

from dataclasses import replace

from tintype.errors import KeyExists, KeyNotFound, StoreError
from tintype.keys import check_key
from tintype.s3.attributes import stat_from_headers
from tintype.s3.body import md5_hex
from tintype.s3.caller import Ask, Caller, Stop, logger
from tintype.s3.errors import HeaderRefused
from tintype.s3.http import Response
from tintype.stores import Stat


class CreateCalls(Caller):
    """HeadObject, and calls that must not replace anything."""

    def head_object(self, key: str, *, stop: Stop = None) -> Stat | None:
        """The facts of an object, or None when there is none."""
        try:
            response, _ = self._read(Ask("HeadObject", "HEAD", check_key(key), stop=stop))
        except KeyNotFound:
            return None
        return stat_from_headers(key, response.headers)

    def check_absent(self, key: str, *, stop: Stop = None) -> None:
        """Raise KeyExists if there is an object. Without the right to look, say nothing."""
        try:
            found = self.head_object(key, stop=stop)
        except StoreError as error:
            if error.status != 403 or error.retryable:
                raise
            return
        if found:
            raise KeyExists(f"There is an object {key} already.")

    def _create(self, ask: Ask) -> tuple[Response, bytes]:
        """Make a call only if the key is absent, as exactly as the server can."""
        exact = replace(ask, headers={**ask.headers, "if-none-match": "*"})
        try:
            return self._read(exact)
        except KeyExists:
            if exact.repeated and (kept := self._kept(ask)):
                return kept
            raise
        except StoreError as error:
            # Servers refuse a header that they do not know in many words, with 501 or with 400. If
            # something else was wrong, the second try says so again.
            if type(error) not in {HeaderRefused, StoreError}:
                raise
            logger.warning(
                "The server of the bucket %s does not know If-None-Match: that %s was absent is"
                " known only from asking before.",
                self.bucket,
                ask.key,
            )
            self.check_absent(ask.key, stop=ask.stop)
            return self._read(ask)

    def _kept(self, ask: Ask) -> tuple[Response, bytes] | None:
        """The facts of the object if it is ours: stored by a try whose answer was lost."""
        response, body = self._read(Ask("HeadObject", "HEAD", ask.key, stop=ask.stop))
        ours = response.headers.get("etag", "").strip('"') == md5_hex(ask.body)
        return (response, body) if ours else None

"""Reads the path of a request for a picture: who signed it, and what it asks for."""

from dataclasses import dataclass, field, replace

from tintype.errors import InvalidRequest, SignatureMissing, SignatureRefused
from tintype.source import Source
from tintype.urls import ImageRequest
from tintype.urls.images import SourceRules, source_of
from tintype.urls.sign import Signer
from tintype.urls.thumbor import MAX_PATH, Grammar, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class PathReader:
    """The rules by which paths are read; `read` is all that a server calls."""

    signer: Signer
    allow_unsafe: bool = False
    grammar: Grammar = field(default_factory=Grammar)
    rules: SourceRules = field(default_factory=SourceRules)
    bare_images: str = "auto"

    def read(self, raw_path: str, *, prefix: str = "") -> tuple[ImageRequest, Source]:
        """Read `/{signature or unsafe}/{the rest}` as it was sent, percent-encoding untouched.

        `prefix` is put before what was signed, to tell the signatures of other addresses apart.
        Raises SignatureRefused, and what `parse`, `source_of` and the rules raise.
        """
        if len(raw_path) > MAX_PATH:
            raise InvalidRequest(f"The path is longer than {MAX_PATH:,} characters.")
        signature, slash, message = raw_path.removeprefix("/").partition("/")
        if not slash:
            raise SignatureMissing(
                "The URL has no signature.", remedy="Make one with: tintype sign PATH"
            )
        key, message = self._verified(signature, message, prefix)
        request = replace(
            parse(message, self.grammar),
            message=message,
            signature="" if signature == "unsafe" else signature,
            key=key,
        )
        source = source_of(request.image, self.bare_images)
        self.rules.check(source, key)
        return request, source

    def _verified(self, signature: str, message: str, prefix: str) -> tuple[int, str]:
        if signature == "unsafe":
            if self.allow_unsafe:
                return 0, message
            raise SignatureMissing(
                "Unsigned URLs are not answered here.",
                remedy="Sign them, or set TINTYPE_ALLOW_UNSAFE.",
            )
        found = self.signer.verified(signature, prefix + message)
        if found is None:
            raise SignatureRefused(
                "The signature does not belong to this URL.",
                remedy="Sign exactly what follows it, without a leading slash.",
            )
        return found[0], found[1].removeprefix(prefix)

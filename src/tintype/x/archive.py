"""The archive that X gives an account of itself: a zip, of which nothing is believed.

`data/tweets.js` (or `tweet.js`, and parts of it) is `window.YTD.tweets.part0 = [ … ]`; the files of
media lie in `data/tweets_media/` as POST-NAME. Names in it are looked up and never used as paths;
sizes are counted as bytes come, and a file that unpacks to far more than it takes is refused.
"""

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tintype.blob import READ_SIZE, Blob, SpoolLimits, spool
from tintype.errors import InvalidSource, SourceError, SourceUnavailable
from tintype.formats import SNIFF_BYTES, sniff
from tintype.x.importing import NotInArchive
from tintype.x.posts import Media, Post, best_video, objects, of_archive
from tintype.x.timeline import Account

MOST_ENTRIES = 500_000
MOST_TEXT = 4 << 30  # bytes of the posts, unpacked
MOST_POST = 4 << 20  # characters of one
SUSPECT, MOST_RATIO = 64 << 20, 100  # from so many bytes on, no file is so many times its size
_TWEETS = re.compile(r"(?:[^/]{1,200}/)?data/tweets?(-part\d{1,4})?\.js")
_ACCOUNT = re.compile(r"(?:[^/]{1,200}/)?data/account\.js")
_MEDIA = re.compile(r"(?:[^/]{1,200}/)?data/tweets?_media/(\d{1,20}-[\w.-]{1,200})", re.ASCII)
_LONGEST_HEAD = 1_000  # characters before the first post
_BETWEEN = " \t\r\n,"
_ASSIGNED = re.compile(r"\s*(?:window\.)?YTD\.\w{1,40}\.part\d{1,4}\s*=\s*\[")


class Archive:
    """An archive, open. Raises InvalidSource for what is none."""

    def __init__(self, path: Path) -> None:
        with _zip_errors(path.name):
            self._zip = zipfile.ZipFile(path)
            entries = self._zip.infolist()
        if len(entries) > MOST_ENTRIES:
            self._zip.close()
            raise InvalidSource(f"{path.name} has more than {MOST_ENTRIES:,} files.")
        self._name = path.name
        self._tweets = [e for e in entries if _TWEETS.fullmatch(e.filename)]
        self._account = [e for e in entries if _ACCOUNT.fullmatch(e.filename)]
        self._media = {m[1]: e for e in entries if (m := _MEDIA.fullmatch(e.filename))}
        if not self._tweets:
            self._zip.close()
            raise InvalidSource(
                f"{path.name} is no archive of X's: it has no data/tweets.js.",
                remedy="Ask for it at X: Settings, Your account, Download an archive of your data.",
            )

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def account(self) -> Account:
        """Whose archive it is. Raises InvalidSource where it does not tell."""
        for entry in self._account:
            for row in self._rows(entry):
                found = row.get("account")
                user: dict[str, Any] = found if isinstance(found, dict) else {}
                user_id = str(user.get("accountId", ""))
                if re.fullmatch(r"[0-9]{1,20}", user_id):
                    name = "".join(c for c in str(user.get("username", "")) if c.isprintable())
                    return Account(user_id, name[:40], is_own=True)
        raise InvalidSource(f"{self._name} does not tell whose it is: it has no data/account.js.")

    def posts(self) -> Iterator[Post]:
        """Its posts, in its order, one in memory at a time."""
        for entry in sorted(self._tweets, key=lambda e: e.filename):
            for row in self._rows(entry):
                tweet = row.get("tweet", row)
                post = of_archive(tweet) if isinstance(tweet, dict) else None
                if post:
                    yield post

    async def file(self, post: Post, media: Media, limits: SpoolLimits) -> tuple[Blob, str]:
        """The file of a medium, and its name. Raises NotInArchive, and other SourceErrors."""
        for name in names(post, media):
            if entry := self._media.get(name):
                with self._opened(entry) as file:
                    head = file.read(SNIFF_BYTES)
                    wanted = "video/" if media.moves else "image/"
                    if not sniff(head).startswith(wanted):
                        raise SourceUnavailable(f"{name} does not begin as it should.")
                    blob = await spool(_chunks(head, file), limits)
                return blob, entry.filename
        raise NotInArchive("The archive has no file for it.")

    def _rows(self, entry: zipfile.ZipInfo) -> Iterator[dict[str, Any]]:
        with self._opened(entry) as file:
            yield from objects_of(file, self._name)

    @contextmanager
    def _opened(self, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > SUSPECT and ratio > MOST_RATIO:
            raise SourceUnavailable(
                f"{self._name} is refused: a file in it unpacks to {ratio:,.0f} times its size."
            )
        with _zip_errors(self._name), self._zip.open(entry) as file:
            yield file


def names(post: Post, media: Media) -> list[str]:
    """What the file of a medium may be called."""
    info = media.raw.get("video_info")
    variants = objects(info.get("variants")) if isinstance(info, dict) else []
    urls = [best_video(media.raw), *(str(v.get("url") or "") for v in variants)]
    urls = urls if media.moves else [media.url]
    return [f"{post.id}-{urlsplit(url).path.rpartition('/')[2]}" for url in urls if url]


def objects_of(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """The objects of an assigned array, read piece by piece. Raises InvalidSource."""
    text = _Text(file, name)
    match = text.matched(_ASSIGNED)
    if match is None:
        raise InvalidSource(f"{name}: a file of posts does not begin as X writes them.")
    while not text.ends_with_bracket():
        row = text.value()
        if isinstance(row, dict):
            yield row


class _Text:
    """A text of which as much is in memory as one value takes."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        self._read, self._held, self._at = 0, "", 0
        self._json = json.JSONDecoder()

    def matched(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = None
        while match is None and len(self._held) < _LONGEST_HEAD and self._more():
            match = pattern.match(self._held)
        self._at = match.end() if match else 0
        return match

    def ends_with_bracket(self) -> bool:
        """Whether the array is over; else what is between two values is passed over."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _BETWEEN:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at] == "]"
            if not self._more():
                raise InvalidSource(f"{self._name}: a file of posts breaks off.")

    def value(self) -> Any:
        while True:
            try:
                found, self._at = self._json.raw_decode(self._held, self._at)
                return found
            except RecursionError:
                raise InvalidSource(f"{self._name}: a post is nested too deeply.") from None
            except ValueError:
                if len(self._held) - self._at > MOST_POST or not self._more():
                    words = f"{self._name}: a post in it is no JSON, or breaks off."
                    raise InvalidSource(words) from None

    def _more(self) -> bool:
        content = self._file.read(READ_SIZE)
        self._read += len(content)
        if self._read > MOST_TEXT:
            raise InvalidSource(f"{self._name} has more than {MOST_TEXT >> 30} GB of posts.")
        self._held = self._held[self._at :] + self._decode(content, not content)
        self._at = 0
        return bool(content)


async def _chunks(head: bytes, file: IO[bytes]) -> AsyncIterator[bytes]:
    yield head
    while chunk := file.read(READ_SIZE):
        yield chunk


@contextmanager
def _zip_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise InvalidSource(f"{name} cannot be read: {error.strerror}.") from error
    except RuntimeError as error:  # an encrypted file
        raise InvalidSource(
            f"{name} is encrypted.", remedy="Unpack it, and pack it anew."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise SourceError(f"{name} is no zip that can be read, or is damaged.") from error

"""Posts and their media, from either source: v2's pages, or the tweets of an account's archive."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

PHOTO, VIDEO, GIF = "photo", "video", "animated_gif"
NAMES = ("orig", "4096x4096", "large", "medium", "small")  # of a picture's sizes, largest first
_ID = re.compile(r"[0-9]{1,20}")
_OLD_KINDS = {PHOTO: 3, VIDEO: 7, GIF: 16}
_OLD_DATE = "%a %b %d %H:%M:%S %z %Y"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or video of a post. `url`: of a picture, or the still of a video.

    `is_foreign`: it is of another's post, which this one shows again.
    """

    key: str
    kind: str
    url: str
    alt: str
    raw: Mapping[str, Any]
    is_foreign: bool = False

    @property
    def moves(self) -> bool:
        """Whether it plays."""
        return self.kind != PHOTO

    def addresses(self) -> list[str]:
        """Where its file may be, the best first."""
        if self.moves:
            best = best_video(self.raw)
            return [best] if best else []
        return picture_addresses(self.url) if self.url else []


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `day`: when it was made, as `2016-03-17`, or ""."""

    id: str
    day: str
    text: str
    raw: Mapping[str, Any]
    media: tuple[Media, ...] = ()


def of_page(said: Mapping[str, Any]) -> list[Post]:
    """The posts of a page of v2, with the media that their keys lead to."""
    included = said.get("includes")
    rows = included.get("media") if isinstance(included, Mapping) else None
    by_key = {str(row.get("media_key")): row for row in objects(rows)}
    return [
        _post_of_v2(row, by_key)
        for row in objects(said.get("data"))
        if _ID.fullmatch(str(row.get("id")))
    ]


def of_archive(tweet: Mapping[str, Any]) -> Post | None:
    """A post of an archive; None for what is none."""
    post_id = str(tweet.get("id_str") or tweet.get("id") or "")
    if not _ID.fullmatch(post_id):
        return None
    extended, plain = tweet.get("extended_entities"), tweet.get("entities")
    rows = objects(extended.get("media") if isinstance(extended, Mapping) else None)
    rows = rows or objects(plain.get("media") if isinstance(plain, Mapping) else None)
    media = tuple(_old_media(row, post_id) for row in rows)
    text = str(tweet.get("full_text") or tweet.get("text") or "")
    return Post(post_id, _day(str(tweet.get("created_at") or "")), text, tweet, media)


def of_sidecar(said: Mapping[str, Any]) -> Post | None:
    """The post that a sidecar of ours is about."""
    post, media = said.get("post"), said.get("media")
    if not isinstance(post, Mapping):
        return None
    if said.get("source") == "archive":
        return of_archive(post)
    raws = [row.get("raw") for row in objects(media)]
    by_key = {str(raw.get("media_key")): raw for raw in raws if isinstance(raw, Mapping)}
    return _post_of_v2(post, by_key) if _ID.fullmatch(str(post.get("id"))) else None


def picture_addresses(url: str) -> list[str]:
    """The addresses of a picture's sizes. `…/media/ID.jpg` and `…/media/ID?format=jpg` both are."""
    parts = urlsplit(url)
    path, kind = parts.path.partition(":")[0], ""
    if match := re.fullmatch(r"(.*)\.([a-z0-9]{2,5})", path, re.IGNORECASE):
        path, kind = match[1], match[2]
    kind = kind or parse_qs(parts.query).get("format", ["jpg"])[0]
    kind = kind if re.fullmatch(r"[A-Za-z0-9]{2,5}", kind) else "jpg"
    queries = (f"format={kind}&name={name}" for name in NAMES)
    return [urlunsplit((parts.scheme, parts.netloc, path, query, "")) for query in queries]


def best_video(raw: Mapping[str, Any]) -> str:
    """The address of the file with the most bits a second; "" where there is none."""
    info = raw.get("video_info")
    rows = objects(raw.get("variants") or (info.get("variants") if info else None))
    files = [row for row in rows if str(row.get("content_type")).startswith("video/")]
    best = max(files, key=_bits, default=None)
    return str(best.get("url") or "") if best else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; of what is no list, none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _bits(row: Mapping[str, Any]) -> int:
    try:
        return int(row.get("bit_rate") or row.get("bitrate") or 0)
    except (TypeError, ValueError):
        return 0


def _post_of_v2(row: Mapping[str, Any], by_key: Mapping[str, Mapping[str, Any]]) -> Post:
    attached = row.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, Mapping) else None
    names: Sequence[Any] = keys if isinstance(keys, list) else ()
    media = tuple(_new_media(by_key[str(key)]) for key in names if str(key) in by_key)
    text = str(row.get("text") or "")
    return Post(str(row["id"]), _day(str(row.get("created_at") or "")), text, row, media)


def _new_media(row: Mapping[str, Any]) -> Media:
    url = row.get("url") or row.get("preview_image_url") or ""
    kind = str(row.get("type") or PHOTO)
    return Media(str(row["media_key"]), kind, str(url), str(row.get("alt_text") or ""), row)


def _old_media(row: Mapping[str, Any], post_id: str) -> Media:
    url = str(row.get("media_url_https") or row.get("media_url") or "")
    from_post = str(row.get("source_status_id_str") or row.get("source_status_id") or post_id)
    kind = str(row.get("type") or PHOTO)
    number = str(row.get("id_str") or row.get("id") or "")
    key = f"{_OLD_KINDS.get(kind, 0)}_{number}"  # as v2 names the same
    alt = str(row.get("ext_alt_text") or "")
    return Media(key, kind, url, alt, row, is_foreign=from_post != post_id)


def _day(written: str) -> str:
    for read in (datetime.fromisoformat, lambda text: datetime.strptime(text, _OLD_DATE)):
        try:
            return f"{read(written).astimezone(UTC):%Y-%m-%d}"
        except (ValueError, OverflowError):
            continue
    return ""

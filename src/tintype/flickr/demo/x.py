"""X as this provider plays it: v1.1 for old applications, v2, and the headers of its rates."""

import json
import re
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from tintype.flickr.demo.account import BEGIN
from tintype.flickr.demo.checking import Incoming, RefusedError, check_resource
from tintype.flickr.demo.state import State

USER_ID, USER = "2244994945", "someuser"
FIRST_POST = 1_800_000_000_000_000_000
_NOT_ENROLLED = (
    "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens"
    " from a Twitter developer App that is attached to a Project."
)
_LIMITS = {"/2/users/me": 75, "/2/users/by": 900, "/2/users/id": 900, "/2/tweets": 100, "/1.1": 900}
_CLOSED = (
    "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints"
    " (e.g. media post, oauth) only. If you need access to this endpoint, you may need a different"
    " access level."
)


class ProblemError(Exception):
    """What is refused: a status, and JSON."""

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        super().__init__(str(said))
        self.status, self.said = status, said


def old(status: int, code: int, message: str) -> ProblemError:
    """In the shape of v1.1."""
    return ProblemError(status, {"errors": [{"code": code, "message": message}]})


def new(status: int, title: str, kind: str, detail: str) -> ProblemError:
    """In the shape of v2."""
    about = {"title": title, "type": f"https://api.x.com/2/problems/{kind}"}
    return ProblemError(status, about | {"status": status, "detail": detail})


def answer(state: State, incoming: Incoming, path: str, base: str) -> Response:
    """The answer to a call below /1.1 or /2."""
    state.calls.append(path)
    headers: dict[str, str] = {}
    try:
        _signed(state, incoming, is_new=path.startswith("/2/"))
        headers = _rated(state, path)
        is_new = path.startswith("/2/")
        said = _new(state, incoming, path, base) if is_new else _old(state, incoming, path)
    except ProblemError as problem:
        return _written(problem.said, problem.status, headers or _headers(state, 900, 0))
    return _written(said, 200, headers)


def _written(said: Any, status: int, headers: Mapping[str, str]) -> Response:
    text = json.dumps(said, separators=(",", ":"))
    kind = "application/json; charset=utf-8"
    return Response(text, status, {**headers, "content-type": kind})


def _signed(state: State, incoming: Incoming, *, is_new: bool) -> None:
    names = [name for name, _ in incoming.pairs if not name.startswith(b"oauth_")]
    try:
        check_resource(state, incoming)
    except RefusedError as refused:
        if is_new:
            raise new(401, "Unauthorized", "unauthorized", "Unauthorized") from refused
        code = 89 if refused.word.startswith("token") else 32
        words = "Invalid or expired token." if code == 89 else "Could not authenticate you."
        raise old(401, code, words) from refused
    if is_new and len(set(names)) < len(names):
        raise new(400, "Invalid Request", "invalid-request", "Duplicate query parameters.")


def _rated(state: State, path: str) -> dict[str, str]:
    route = re.sub(r"^/2/users/\d+", "/2/users/id", path)
    limit = next((n for prefix, n in _LIMITS.items() if route.startswith(prefix)), 900)
    limit = state.rate.get("limit", limit)
    if time.time() >= state.window_ends:  # a new window, for all routes at once
        kept = {"limit": limit} if "limit" in state.rate else {}
        state.rate, state.window_ends = kept, time.time() + state.window
    used = state.rate.get(route, 0) + 1
    if used > limit:
        said = {"title": "Too Many Requests", "type": "about:blank", "status": 429}
        raise ProblemError(429, said | {"detail": "Too Many Requests"})
    state.rate[route] = used
    return _headers(state, limit, limit - used)


def _headers(state: State, limit: int, left: int) -> dict[str, str]:
    reset = int(state.window_ends or time.time() + state.window)
    names = ("limit", "remaining", "reset")
    return {f"x-rate-limit-{n}": str(v) for n, v in zip(names, (limit, left, reset), strict=True)}


def _old(state: State, incoming: Incoming, path: str) -> Any:
    arguments = incoming.arguments
    if path == "/1.1/account/verify_credentials.json":
        return {"id": int(USER_ID), "id_str": USER_ID, "screen_name": USER, "name": "Some User"}
    if not state.is_old_app:
        raise old(403, 453, _CLOSED)
    if path == "/1.1/statuses/user_timeline.json":
        count = int(arguments.get("count", "3"))
        return [_status(n) for n in range(state.x_posts - 1, -1, -1)][:count]
    if path == "/1.1/statuses/update.json":
        return {"id_str": str(FIRST_POST), "text": arguments.get("status", "")}
    if path == "/1.1/media/upload.json":
        return {"media_id_string": "710511363345354753", "size": len(incoming.body)}
    raise old(404, 34, "Sorry, that page does not exist.")


def _status(number: int) -> dict[str, Any]:
    when = BEGIN + timedelta(hours=number)
    return {
        "created_at": f"{when:%a %b %d %H:%M:%S +0000 %Y}",
        "id": FIRST_POST + number,
        "id_str": str(FIRST_POST + number),
        "text": f"Post {number} – äöü 日本 & <b>",
        "user": {"id_str": USER_ID, "screen_name": USER},
        "favorited": False,
    }


def _new(state: State, incoming: Incoming, path: str, base: str) -> Any:
    if not state.is_enrolled:
        about = {"reason": "client-not-enrolled", "required_enrollment": "Appropriate Level of API"}
        problem = new(403, "Client Forbidden", "client-forbidden", _NOT_ENROLLED)
        raise ProblemError(403, {**problem.said, **about})
    if path in ("/2/users/me", f"/2/users/by/username/{USER}"):
        me: dict[str, Any] = {"id": USER_ID, "name": "Some User", "username": USER}
        if "public_metrics" in incoming.arguments.get("user.fields", ""):
            me["public_metrics"] = {"followers_count": 1, "tweet_count": state.x_posts}
        return {"data": me}
    if path.startswith("/2/users/by/username/"):
        detail = f"Could not find user with username: [{path.rpartition('/')[2]}]."
        about = {"title": "Not Found Error", "detail": detail, "parameter": "username"}
        kind = "https://api.x.com/2/problems/resource-not-found"
        return {"errors": [about | {"type": kind, "resource_type": "user"}]}
    if path == "/2/tweets" and incoming.method == "POST":
        return {"data": {"id": str(FIRST_POST), "text": json.loads(incoming.body)["text"]}}
    if path == f"/2/users/{USER_ID}/tweets":
        return _timeline(state, incoming.arguments, base)
    if path.endswith("/usage/tweets"):
        detail = "Authenticating with OAuth 1.0a User Context is forbidden for this endpoint."
        raise new(403, "Unsupported Authentication", "unsupported-authentication", detail)
    raise new(404, "Not Found", "resource-not-found", "Not Found")


def _timeline(state: State, arguments: Mapping[str, str], base: str) -> Any:
    for name in arguments:
        if name in {"tweet.fields", "post.fields"} and name != f"{state.x_fields}.fields":
            detail = f"The query parameter [{name}] is not one of [{state.x_fields}.fields,…]"
            raise new(400, "Invalid Request", "invalid-request", detail)
    size = int(arguments.get("max_results", "10"))
    if not 5 <= size <= 100:
        raise new(400, "Invalid Request", "invalid-request", "max_results must be in 5..100.")
    start = int(arguments.get("pagination_token", "p0")[1:])
    since, until = int(arguments.get("since_id", "0")), int(arguments.get("until_id", 2**63))
    excluded = arguments.get("exclude", "").split(",")
    every = [
        n
        for n in range(state.x_posts - 1, -1, -1)
        if since < FIRST_POST + n < until and not ("replies" in excluded and _is_reply(n))
    ]
    numbers = every[start : start + size]
    state.x_reads += len(numbers)
    posts = [_post(n) for n in numbers]
    media = [each for n in numbers for each in _media(n, base)]
    meta: dict[str, Any] = {"result_count": len(posts)}
    if start + size < len(every):
        meta["next_token"] = f"p{start + size}"
    if not posts:
        return {"meta": meta}
    meta |= {"newest_id": posts[0]["id"], "oldest_id": posts[-1]["id"]}
    said: dict[str, Any] = {"data": posts, "includes": {"media": media}, "meta": meta}
    if any(n % 20 == 17 for n in numbers):  # something beside the posts is not to be seen
        detail = "Could not find tweet with referenced_tweets.id: [1]."
        about = {"title": "Not Found Error", "resource_type": "tweet", "detail": detail}
        kind = "https://api.x.com/2/problems/resource-not-found"
        said["errors"] = [about | {"type": kind}]
    return said


def _is_reply(number: int) -> bool:
    return number % 15 == 14


def _keys(number: int) -> list[str]:
    """Those of a post's media: some have none, some four."""
    if number % 3 == 2:
        return []
    count = 4 if number % 12 == 3 else 1
    return [f"{7 if _is_video(number) else 3}_{number * 10 + n}" for n in range(count)]


def _is_video(number: int) -> bool:
    return number % 9 == 1


def _post(number: int) -> dict[str, Any]:
    when = BEGIN + timedelta(hours=number)
    found: dict[str, Any] = {"id": str(FIRST_POST + number), "text": f"Post {number}"}
    found["created_at"] = f"{when:%Y-%m-%dT%H:%M:%S.000Z}"
    if keys := _keys(number):
        found["attachments"] = {"media_keys": keys}
    return found


def _media(number: int, base: str) -> list[dict[str, Any]]:
    return [_medium(number, key, base) for key in _keys(number)]


def _medium(number: int, key: str, base: str) -> dict[str, Any]:
    file = key.partition("_")[2]
    about = {"media_key": key, "width": 1600, "height": 1200}
    if _is_video(number):
        forms = ((256_000, "240p"), (2_176_000, "720p"), (832_000, "360p"))
        variants: list[dict[str, Any]] = [
            {"bit_rate": bits, "content_type": "video/mp4", "url": f"{base}/video/{file}/x/{p}.mp4"}
            for bits, p in forms
        ]
        variants.insert(0, {"content_type": "application/x-mpegURL", "url": f"{base}/x.m3u8"})
        preview = f"{base}/media/{file}.jpg"
        return about | {"type": "video", "preview_image_url": preview, "variants": variants}
    alt = {"alt_text": f"Hills {number} – „äöü“"} if number % 2 else {}
    return about | {"type": "photo", "url": f"{base}/media/{file}.jpg"} | alt

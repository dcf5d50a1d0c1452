"""The provider as an application of ASGI's: addresses, and what answers there."""

import base64
import json
import re
import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tintype.flickr.demo import pages, rest, x
from tintype.flickr.demo.account import Photo
from tintype.flickr.demo.checking import Incoming
from tintype.flickr.demo.misbehaving import TROUBLES, App, Misbehaving
from tintype.flickr.demo.pictures import picture, video
from tintype.flickr.demo.state import State
from tintype.flickr.demo.trouble import KINDS

BOTH = ["GET", "POST"]
_SIZES = {
    "thumb": 150,
    "small": 680,
    "medium": 1200,
    "large": 1600,
    "4096x4096": 1700,
    "orig": 1800,
}
Answers = Callable[[Request], Awaitable[Response]]


def create(state: State) -> App:
    """The application."""
    provider = Provider(state)
    oauth = "/services/oauth"
    answers: list[tuple[str, Answers]] = [
        (f"{oauth}/request_token", provider.request_token),
        (f"{oauth}/authorize", provider.authorize),
        (f"{oauth}/access_token", provider.access_token),
        ("/oauth/request_token", provider.request_token),
        ("/oauth/authorize", provider.authorize),
        ("/oauth/authenticate", provider.authorize),
        ("/oauth/access_token", provider.access_token),
        ("/services/rest", provider.rest),
        ("/services/rest/", provider.rest),
        ("/1.1/{rest:path}", provider.x),
        ("/2/{rest:path}", provider.x),
        ("/65535/{file}", provider.picture),
        ("/photos/{path}/{id}/play/{label}/{secret}/", provider.play),
        ("/video/{id}/{secret}/{label}.mp4", provider.video),
        ("/media/{id}.jpg", provider.media),
        ("/media/{id}", provider.media),
        ("/demo/trouble", provider.trouble),
    ]
    routes = [Route(path, answer, methods=BOTH) for path, answer in answers]
    return Misbehaving(Starlette(routes=routes), state.trouble)


async def incoming_of(request: Request) -> Incoming:
    """The request as it came: its path undecoded, its query as it stands."""
    host = request.headers.get("host", "")
    address = f"{request.url.scheme}://{host}{request.scope['raw_path'].decode('ascii')}"
    query = request.scope["query_string"]
    headers = dict(request.headers)
    return Incoming(request.method, address, query, headers, await request.body())


class Provider:
    """What answers."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def request_token(self, request: Request) -> Response:
        """The first leg."""
        is_x = request.url.path.startswith("/oauth")
        return pages.request_token(self._state, await incoming_of(request), is_x=is_x)

    async def authorize(self, request: Request) -> Response:
        """The second."""
        return pages.authorize(self._state, await incoming_of(request))

    async def access_token(self, request: Request) -> Response:
        """The third."""
        is_x = request.url.path.startswith("/oauth")
        return pages.access_token(self._state, await incoming_of(request), is_x=is_x)

    async def rest(self, request: Request) -> Response:
        """Flickr's calls."""
        troubles = request.scope[TROUBLES]
        return rest.answer(self._state, await incoming_of(request), _base(request), troubles)

    async def x(self, request: Request) -> Response:
        """X's calls."""
        incoming = await incoming_of(request)
        return x.answer(self._state, incoming, request.url.path, _base(request))

    async def picture(self, request: Request) -> Response:
        """A size of a photo, for who knows its secret."""
        name = request.path_params["file"]
        self._state.calls.append(name)
        photo = self._photo(name.partition("_")[0])
        for _, file, width, height, _ in photo.sizes() if photo else ():
            if photo and file == name:
                suffix = name.rpartition(".")[2]
                content = picture(photo.number, suffix, width, height, name)
                return Response(
                    content, media_type=f"image/{'jpeg' if suffix == 'jpg' else suffix}"
                )
        return Response("<html>Not found</html>", 404, media_type="text/html")

    async def play(self, request: Request) -> Response:
        """Where a video lies for the next three minutes."""
        photo_id, label = request.path_params["id"], request.path_params["label"]
        photo = self._photo(photo_id)
        if not photo or not photo.is_video or request.path_params["secret"] != photo.secret:
            return Response("<html>Not found</html>", 404, media_type="text/html")
        ends = {"i": photo_id, "e": int(time.time()) + 180, "s": "0123456789", "v": 1}
        token = base64.urlsafe_b64encode(json.dumps(ends).encode()).decode()
        where = f"{_base(request)}/video/{photo_id}/{photo.secret}/{label}.mp4?s={token}"
        return RedirectResponse(where, 302)

    async def video(self, request: Request) -> Response:
        """A video; that of a photo for as long as its address is good."""
        photo_id = request.path_params["id"]
        self._state.calls.append(request.url.path)
        if self._photo(photo_id):
            token = request.query_params.get("s", "")
            ends = json.loads(base64.urlsafe_b64decode(token) or b'{"e":0}')["e"]
            if ends < self._state.clock():
                return Response("<html>Expired</html>", 403, media_type="text/html")
        return Response(video(f"{photo_id} {request.path_params['label']}"), media_type="video/mp4")

    async def media(self, request: Request) -> Response:
        """A picture of X's, in the size that `name` says; some are PNG whatever `format` says, and
        some are not there in their first size.
        """
        number, given = request.path_params["id"], request.query_params
        size = given.get("name", "medium")
        self._state.calls.append(f"{request.url.path} {size}")
        edge = _SIZES.get(size)
        if not edge or not re.fullmatch(r"\d{1,6}", number):
            return Response("", 404)
        if int(number) % 700 == 30 and size == "orig":
            return Response("", 404)
        kind = "png" if int(number) % 50 == 0 else "jpg"
        content = picture(int(number), kind, edge, edge * 3 // 4, f"x {number} {edge}")
        return Response(content, media_type=f"image/{'png' if kind == 'png' else 'jpeg'}")

    async def trouble(self, request: Request) -> Response:
        """POST ?kind=429&times=2&on=getSizes orders trouble; without a kind it ends; GET lists."""
        given = request.query_params
        if request.method == "POST":
            if given.get("kind", "") not in {"", *KINDS}:
                return JSONResponse({"known": KINDS}, 400)
            if not given.get("kind"):
                self._state.trouble.clear()
            else:
                times = int(given.get("times", "-1"))
                self._state.trouble.order(given["kind"], times=times, on=given.get("on", ""))
        orders = [[o.kind, o.times, o.on] for o in self._state.trouble.orders]
        return JSONResponse({"orders": orders, "known": KINDS})

    def _photo(self, photo_id: str) -> Photo | None:
        return self._state.account.photo(photo_id)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"

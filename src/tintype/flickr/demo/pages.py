"""The legs of the sign-in: two for programs, and between them a page for people."""

from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response

from tintype.flickr.demo.account import NAME, OWNER
from tintype.flickr.demo.checking import Incoming, RefusedError, check_access, check_request
from tintype.flickr.demo.state import State
from tintype.flickr.demo.x import USER, USER_ID

PLAIN = "text/plain;charset=UTF-8"


def request_token(state: State, incoming: Incoming, *, is_x: bool) -> Response:
    """The first leg."""
    try:
        app, callback = check_request(state, incoming)
    except RefusedError as refused:
        return _refused(refused, is_x=is_x)
    made = state.begin(app, callback, is_x=is_x)
    pairs = {"oauth_callback_confirmed": "true", "oauth_token": made.key}
    return _pairs(pairs | {"oauth_token_secret": made.secret})


def authorize(state: State, incoming: Incoming) -> Response:
    """The page that asks, and what comes of its button."""
    given = incoming.arguments
    found = state.requests.get(given.get("oauth_token", ""))
    if found is None or found.is_used:
        return _page("This request is over", "<p>Begin again.</p>", 404)
    if incoming.method != "POST":
        found.permission = given.get("perms", found.permission)
        token = escape(found.key, quote=True)
        asks = f"<p>The application asks to {escape(found.permission)} the photos of {NAME}.</p>"
        form = f'<form method="post"><input type="hidden" name="oauth_token" value="{token}">'
        buttons = '<button name="say" value="yes">Allow</button> <button name="say" value="no">No'
        return _page("Allow access?", f"{asks}{form}{buttons}</button></form>")
    if given.get("say") == "no":
        return _no(found.callback, found.key)
    state.allow(found)
    if found.callback == "oob":
        code = f'<p>Type this code into the application:</p><p id="code">{found.verifier}</p>'
        return _page("Access is allowed", code)
    mark = "&" if "?" in found.callback else "?"
    query = f"oauth_token={quote(found.key)}&oauth_verifier={quote(found.verifier)}"
    return RedirectResponse(f"{found.callback}{mark}{query}", 302)


def access_token(state: State, incoming: Incoming, *, is_x: bool) -> Response:
    """The third leg."""
    try:
        request = check_access(state, incoming)
    except RefusedError as refused:
        return _refused(refused, is_x=is_x)
    grant = state.grant(request)
    token = {"oauth_token": grant.key, "oauth_token_secret": grant.secret}
    if is_x:
        return _pairs(token | {"user_id": USER_ID, "screen_name": USER})
    return _pairs({"fullname": "First Last", **token, "user_nsid": OWNER, "username": NAME})


def _refused(refused: RefusedError, *, is_x: bool) -> Response:
    if is_x:
        text = '{"errors":[{"code":32,"message":"Could not authenticate you."}]}'
        return Response(text, 401, media_type="application/json; charset=utf-8")
    return Response(refused.text, refused.status, media_type=PLAIN)


def _no(callback: str, token: str) -> Response:
    if callback == "oob":
        return _page("Access is not allowed", "<p>Nothing was given away.</p>")
    mark = "&" if "?" in callback else "?"
    return RedirectResponse(f"{callback}{mark}denied={quote(token)}", 302)


def _pairs(pairs: dict[str, str]) -> Response:
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items())
    return Response(text, media_type=PLAIN)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """Visibly no page of Flickr's or X's."""
    note = "<p><strong>Demo: a provider on this machine, not Flickr and not X.</strong></p>"
    style = "<style>body{font:1rem sans-serif;margin:3rem auto;max-width:32rem}</style>"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{style}'
    return HTMLResponse(f"{head}<h1>{title}</h1>{note}{body}</html>", status)

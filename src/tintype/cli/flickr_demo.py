"""`tintype flickr demo`: the provider of this machine, toured or served."""

import asyncio
import threading
from contextlib import suppress

from tintype.cli.flickr_tour import tour
from tintype.errors import InvalidRequest
from tintype.flickr.demo.account import Account
from tintype.flickr.demo.serving import serving
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, State


def run(*, serve: bool, port: int, photos: int) -> None:
    """Show the tour, or serve until stopped."""
    state = State(account=Account(photos))
    try:
        with serving(state, port) as base:
            print("Demo: a provider on this machine, not Flickr and not X.", flush=True)
            if serve:
                _serve(base)
            else:
                asyncio.run(tour(state, base))
    except OSError as error:
        raise InvalidRequest(
            f"Nothing can be served on port {port}: {error.strerror}.", remedy="Choose another."
        ) from error


def _serve(base: str) -> None:
    print("\nIn another terminal:\n")
    for name, value in (
        ("TINTYPE_FLICKR_API", base),
        ("TINTYPE_FLICKR_KEY", APP_KEY),
        ("TINTYPE_FLICKR_SECRET", APP_SECRET),
        ("TINTYPE_FLICKR_RATE", "3600000"),
        ("TINTYPE_X_API", base),
        ("TINTYPE_X_KEY", APP_KEY),
        ("TINTYPE_X_SECRET", APP_SECRET),
        ("TINTYPE_DATA", "./demo-data"),
    ):
        print(f"  export {name}={value}")
    print("  tintype flickr login")
    print("  tintype flickr backup --to ./demo-backup/ --gallery\n")
    print("Without TINTYPE_FLICKR_RATE calls go out at the pace that Flickr wants.")
    print(f"Trouble on command: curl -X POST '{base}/demo/trouble?kind=429&times=2'")
    print("Ctrl-C ends it.", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()

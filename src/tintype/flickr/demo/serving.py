"""The provider on a port of the loopback address, in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tintype.flickr.demo.app import create
from tintype.flickr.demo.state import State

HOST = "127.0.0.1"


@contextmanager
def serving(state: State, port: int = 0) -> Iterator[str]:
    """Serve for the length of a block; the base URL. OSError for a port that is taken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        config = uvicorn.Config(
            create(state),
            log_config=None,
            log_level="critical",  # a connection that is cut on command is no error
            lifespan="off",
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="tintype-demo", daemon=True
        )
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

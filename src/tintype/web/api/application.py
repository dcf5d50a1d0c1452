"""The API's application: the routes, put together. Everything around them is in `entry.py`."""

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.types import ASGIApp

from tintype.web.api import users
from tintype.web.api.parts import Parts

ROUTERS = (users.v1, users.seed)


class Application(FastAPI):
    """FastAPI without its own answers to errors: the service's front has one for all."""

    def build_middleware_stack(self) -> ASGIApp:
        """Nothing but the routes; their exceptions go out to who called."""
        return AsyncExitStackMiddleware(self.router)


def create(parts: Parts | None) -> Application:
    """The application. Without parts it can tell about itself only, for the OpenAPI document."""
    app = Application(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    return app

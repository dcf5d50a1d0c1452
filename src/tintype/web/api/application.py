"""The API's application: the routes, put together. Everything around them is in `entry.py`."""

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

from tintype.web.api import (
    connections,
    job_lists,
    job_schedules,
    jobs,
    keys,
    originals,
    pages,
    renditions,
    setup_page,
    sign_in,
    site_badges,
    site_events,
    site_history,
    site_lists,
    site_platforms,
    site_reading,
    sites,
    store,
    usage,
    users,
    webhooks,
)
from tintype.web.api.parts import Parts

# With whole paths: `include_router` adds no prefix.
ROUTERS = (
    users.router,
    usage.router,
    sign_in.router,
    keys.router,
    jobs.router,
    job_lists.router,
    job_schedules.router,
    webhooks.router,
    originals.router,
    renditions.router,
    site_lists.router,
    site_reading.router,  # before `sites`: /sites/read and /sites/bookmarklet are no slugs
    site_platforms.router,
    site_badges.router,
    sites.router,
    site_history.router,
    site_events.router,
    store.router,
    connections.router,
    pages.router,
    setup_page.router,
)


class Application(FastAPI):
    """FastAPI without its own answers to errors: the service's front has one for all."""

    def build_middleware_stack(self) -> ASGIApp:
        """Nothing but the routes; their exceptions go out to who called."""
        return AsyncExitStackMiddleware(self.router)

    def methods_of(self, scope: Scope) -> tuple[str, ...]:
        """All methods of an address, whichever route has them; empty if there is no such address.

        The framework itself asks the first route only. HEAD goes with GET.
        """
        found: set[str] = set()
        for route in (route for router in ROUTERS for route in router.routes):
            if route.matches(scope)[0] is not Match.NONE:
                found |= set(getattr(route, "methods", None) or ())
        if "GET" in found:
            found.add("HEAD")
        return tuple(sorted(found | {"OPTIONS"})) if found else ()


def create(parts: Parts | None) -> Application:
    """The application. Without parts it can tell about itself only, for the OpenAPI document."""
    app = Application(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.router.generate_unique_id_function = lambda route: route.name
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    return app

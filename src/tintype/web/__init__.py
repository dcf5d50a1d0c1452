"""The service: pictures over HTTP, by URL. `app.create` makes the ASGI application."""

"""The REST API: users, keys, originals. FastAPI behind the service's own front.

application.py   the routes, put together
entry.py         from the service's Exchange to them and back; errors
callers.py       who asks
parts.py         what endpoints work with
bodies.py        what clients send
answers.py       what they get
"""

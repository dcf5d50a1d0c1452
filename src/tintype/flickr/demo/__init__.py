"""A provider like Flickr and X on this machine: OAuth 1.0a, their answers, and drawn pictures.

It serves `tintype flickr demo` and the tests. It shares no code with our client: signatures are
checked by oauthlib's server side, and once more by code of its own, and both must agree. On command
it misbehaves as the real ones do: see `trouble.py`.
"""

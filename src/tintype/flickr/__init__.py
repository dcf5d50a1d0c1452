"""Flickr: its API, its photos and their sizes, and a provider like it for when there is no network.

`client.py` calls, `shapes.py` reads what comes back, `addresses.py` reads what people type.
"""

"""A thin layer of our own for S3 and whatever speaks it. Sync; used from threads.

`sign` signs, `http` moves bytes, `errors` translates, `credentials` finds keys, `client` has the
calls. Nothing here knows what a store or a picture is.
"""

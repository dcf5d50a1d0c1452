"""Originals of users: kept once, found again, made into renditions, removed with all of them.

keeping.py     bytes in, a record out
publishing.py  renditions under keys
places.py      the stores that they lie in: the service's, or one of a user's own
facts.py       what is told about an original
reads.py       how many read from the stores of users at once
addresses.py   where they are in the service
turns.py       one at a time, for the same bytes
"""

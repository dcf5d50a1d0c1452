"""The filter `keep`."""

from dataclasses import replace

from tintype.filters.arguments import KeepKind
from tintype.filters.encoding import Encoding


def keep(encoding: Encoding, *kinds: KeepKind) -> Encoding:
    """Keep metadata, all of which is left out otherwise. `icc` keeps the profile, and the colours
    as they are; `copyright` keeps only who made and owns the picture.
    """
    return replace(encoding, keep=encoding.keep.union(*kinds))

"""Addresses of the API that other parts of the service tell."""

ORIGINALS = "/api/v1/originals"
SITES = "/api/v1/sites"
FILES = "/files"  # published renditions that no store shows by itself


def original_address(original_id: str) -> str:
    """Where an original is."""
    return f"{ORIGINALS}/{original_id}"


def site_address(site_id: str) -> str:
    """Where a site is."""
    return f"{SITES}/{site_id}"

"""Addresses of the API that other parts of the service tell."""

ORIGINALS = "/api/v1/originals"
FILES = "/files"  # published renditions that no store shows by itself


def original_address(original_id: str) -> str:
    """Where an original is."""
    return f"{ORIGINALS}/{original_id}"

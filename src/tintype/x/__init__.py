"""X: what its answers mean, whichever of its two APIs they are from."""

"""Uploads: what is sent to us piece by piece, and what is sent straight to the store."""

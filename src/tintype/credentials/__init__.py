"""Credentials: passwords, API keys, access keys, and the sealing of secrets. No database."""
